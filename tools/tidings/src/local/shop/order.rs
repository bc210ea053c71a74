//! An order from the form, through the same checkout as any other.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::{Value, json};

use super::{articles::ARTICLES, page::Here};
use crate::local::http::{request, serve_watched};

/// Places it. What came of it is on the live page, also if it was refused.
pub(super) async fn place(State(here): State<Here>, Form(said): Form<BTreeMap<String, String>>) -> Response {
    let (Some(body), Some(headers)) = (body(&said), headers(&said)) else {
        let why = "each quantity is a number, and there is a key\n";
        return (StatusCode::UNPROCESSABLE_ENTITY, why).into_response();
    };
    let shop = &here.shop;
    let (declared, endpoint) = &shop.place_order;
    let request = request(
        &Method::POST,
        &Uri::from_static("/orders"),
        headers,
        body.to_string().as_bytes(),
    );
    serve_watched(Some(&shop.feed), declared, endpoint.as_ref(), request).await;
    Redirect::to("/").into_response()
}

fn headers(said: &BTreeMap<String, String>) -> Option<HeaderMap> {
    let key = HeaderValue::from_str(said.get("key")?).ok()?;
    Some(HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (HeaderName::from_static("idempotency-key"), key),
    ]))
}

/// The order, as the checkout takes it; none where a quantity is no number. What else is wrong with it, the checkout says.
fn body(said: &BTreeMap<String, String>) -> Option<Value> {
    let text = |name: &str| said.get(name).map(String::as_str).unwrap_or_default();
    let mut items = Vec::new();
    for article in ARTICLES {
        let quantity: u32 = text(article.sku).parse().ok()?;
        if quantity > 0 {
            items.push(json!({
                "sku": article.sku,
                "name": article.name,
                "quantity": quantity,
                "unitPrice": article.price,
            }));
        }
    }
    Some(json!({ "email": text("email"), "currency": "EUR", "card": text("card"), "items": items }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ordered_is_no_line_and_what_is_no_number_is_no_order() {
        let said = |mugs: &str, tea: &str| {
            let fields = [
                ("email", "ada@example.com"),
                ("card", "tok_visa"),
                ("mug-blue", mugs),
                ("tea-green", tea),
            ];
            body(
                &fields
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            )
        };
        let order = said("2", "0").unwrap();
        assert_eq!(order["items"].as_array().unwrap().len(), 1);
        assert_eq!(order["items"][0]["quantity"], json!(2));
        for wrong in ["", "-1", "1.5", "many", "1e9"] {
            assert_eq!(said(wrong, "0"), None, "{wrong}");
        }
    }
}
