//! A system with the story's times in it, and a customer who orders.

use anyhow::{Context as _, ensure};
use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::{Value, json};
use tidings_aws::System;
use uuid::Uuid;

use super::operations::take_their_time;
use crate::{
    local::{
        Ledger, LocalSystem, Settings,
        http::request,
        outside::{Calls, Folders, Mishaps},
    },
    system::storefront,
};

/// Who orders.
const CUSTOMER: &str = "usr-story";

/// A shop that is open.
pub struct Shop {
    pub system: LocalSystem,
    pub mishaps: Mishaps,
    storefront: System,
    _folder: tempfile::TempDir,
}

impl Shop {
    /// Opens one whose providers take their time, with stock and a known customer.
    pub async fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (storefront, mishaps) = (storefront(), take_their_time());
        let settings = Settings {
            data: None,
            folders: &Folders::inside(folder.path()),
            mishaps: mishaps.clone(),
            calls: Calls::default(),
            ledger: Ledger::default(),
            schemas: None,
        };
        let shop = Self {
            system: LocalSystem::start(&storefront, settings).await?,
            mishaps,
            storefront,
            _folder: folder,
        };
        shop.stock().await?;
        shop.customer().await?;
        Ok(shop)
    }

    async fn stock(&self) -> anyhow::Result<()> {
        for sku in ["mug-blue", "tea-green"] {
            let path = format!("/stock/{sku}/receipts");
            self.ask("POST", &path, &json!({ "quantity": 1000 })).await?;
        }
        Ok(())
    }

    /// The customer's address, which shipping keeps its own copy of.
    async fn customer(&self) -> anyhow::Result<()> {
        let path = format!("/customers/{CUSTOMER}");
        let customer = json!({
            "name": "Ada",
            "email": "ada@example.com",
            "address": { "lines": ["12 St James's Square"], "postalCode": "SW1Y 4JH", "city": "London", "country": "GB" },
        });
        self.ask("PUT", &path, &customer).await?;
        let events = self.stated("customer").await?;
        let updated = events.last().context("the customer was not kept")?;
        self.system.hand("keep-customer-copy", updated).await
    }

    /// Orders; answers the order's id.
    pub async fn order(&self) -> anyhow::Result<String> {
        let order = json!({
            "email": "ada@example.com",
            "currency": "EUR",
            "card": "tok_visa",
            "items": [
                { "sku": "mug-blue", "name": "Blue mug", "quantity": 2, "unitPrice": 1299 },
                { "sku": "tea-green", "name": "Green tea", "quantity": 1, "unitPrice": 500 },
            ],
        });
        let answer = self.ask("POST", "/orders", &order).await?;
        let id = answer["orderId"].as_str().context("the order has no id")?;
        Ok(id.to_owned())
    }

    /// The events that the store holds of aggregates of this type.
    pub async fn stated(&self, aggregate: &str) -> anyhow::Result<Vec<tidings_core::Envelope>> {
        self.system.stated(aggregate).await
    }

    /// Asks an endpoint as the customer.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let LambdaFunctionUrlResponse {
            status_code, body, ..
        } = self.send(method, path, body).await?;
        let text = body.unwrap_or_default();
        ensure!(
            (200..300).contains(&status_code),
            "{method} {path}: {status_code}: {text}"
        );
        Ok(serde_json::from_str(&text)?)
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<LambdaFunctionUrlResponse> {
        let endpoint = self
            .storefront
            .endpoints()
            .find(|endpoint| endpoint.declared().method == method && serves(endpoint.declared().path, path));
        let endpoint = endpoint.with_context(|| format!("nothing serves {method} {path}"))?;
        let uri: Uri = path.parse()?;
        let request = request(
            &method.parse::<Method>()?,
            &uri,
            headers()?,
            body.to_string().as_bytes(),
        );
        self.system.serve(endpoint, request).await
    }
}

/// From the customer, and each request is one of its own.
fn headers() -> anyhow::Result<HeaderMap> {
    let key = HeaderValue::from_str(&Uuid::new_v4().to_string())?;
    let headers = [
        ("x-caller", HeaderValue::from_static(CUSTOMER)),
        ("idempotency-key", key),
    ];
    let named = headers.map(|(name, value)| (HeaderName::from_static(name), value));
    Ok(named.into_iter().collect())
}

/// Whether a path with parameters (`/stock/{sku}/receipts`) is that of this one.
fn serves(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    pattern.clone().count() == path.clone().count()
        && pattern
            .zip(path)
            .all(|(pattern, part)| pattern.starts_with('{') || pattern == part)
}
