//! An order's life through the deployed functions: commands, the projection behind the topic, and queries.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use storefront_contracts::Currency;
use tidings_tests::{Stack, checkout, eventually, orders::order};

/// No other test orders in it.
const CURRENCY: Currency = Currency::DKK;

/// Asks a function as its URL does; the status and the body.
async fn ask(
    stack: &Stack,
    function: &str,
    method: &str,
    path: &str,
    body: Value,
) -> anyhow::Result<(i64, Value)> {
    let mut request: Value = serde_json::from_str(&checkout::read("events/invocations/place-order.json")?)?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    request["rawPath"] = path.into();
    request["rawQueryString"] = query.into();
    request["requestContext"]["http"]["method"] = method.into();
    request["requestContext"]["http"]["path"] = path.into();
    request["body"] = body.to_string().into();
    let answer = stack.invoke(function, &request).await?;
    let status = answer["statusCode"]
        .as_i64()
        .context("an answer without a status")?;
    let body = answer["body"].as_str().context("an answer without a body")?;
    Ok((status, serde_json::from_str(body)?))
}

#[tokio::test]
async fn an_order_is_placed_changed_shown_and_listed() -> anyhow::Result<()> {
    let stack = Stack::open("orders").await?;
    let placed = stack.place_order(&order(1, CURRENCY)).await?;
    let id = placed["orderId"].as_str().context("an order's id")?;
    let path = format!("/orders/{id}");

    // What was done is shown to whoever brings the token; on an emulator the projection takes a moment longer than a query waits.
    let shows = async |token: &str, status: &str| -> anyhow::Result<Value> {
        eventually(&format!("the order is shown as {status}"), async || {
            let path = format!("{path}?after={token}");
            let (code, shown) = ask(&stack, "get-order", "GET", &path, Value::Null).await?;
            ensure!(code != 504, "not yet: {shown}");
            assert_eq!((code, &shown["status"]), (200, &json!(status)), "{shown}");
            Ok(shown)
        })
        .await
    };
    let shown = shows(placed["token"].as_str().context("a token")?, "placed").await?;
    assert_eq!(shown["items"][0]["sku"], "mug-blue");

    let status = format!("{path}/status");
    let (code, shipped) = ask(
        &stack,
        "change-order-status",
        "PUT",
        &status,
        json!({ "status": "shipped" }),
    )
    .await?;
    assert_eq!((code, &shipped["version"]), (200, &json!(2)), "{shipped}");
    shows(shipped["token"].as_str().context("a token")?, "shipped").await?;

    let cancellation = format!("{path}/cancellation");
    let (code, refused) = ask(
        &stack,
        "cancel-order",
        "POST",
        &cancellation,
        json!({ "reason": "too late" }),
    )
    .await?;
    assert_eq!(
        (code, &refused["current"], &refused["allowed"]),
        (409, &json!("shipped"), &json!(["delivered"]))
    );

    let (code, summary) = ask(
        &stack,
        "get-order-summary",
        "GET",
        &format!("{path}/summary"),
        Value::Null,
    )
    .await?;
    assert_eq!(
        (code, &summary["version"], summary.get("items")),
        (200, &json!(2), None),
        "the refused command wrote no event"
    );

    let user = summary["userId"].as_str().context("who ordered")?;
    eventually("the list follows the view", async || {
        let path = format!("/orders?user={user}&status=shipped&limit=100");
        let (code, listed) = ask(&stack, "list-orders", "GET", &path, Value::Null).await?;
        assert_eq!(code, 200, "{listed}");
        let orders = listed["orders"].as_array().context("orders")?;
        ensure!(
            orders.iter().any(|order| order["orderId"] == id),
            "it is not listed yet"
        );
        Ok(())
    })
    .await?;
    let (code, wrong) = ask(
        &stack,
        "list-orders",
        "GET",
        "/orders?user=u&limit=0",
        Value::Null,
    )
    .await?;
    assert_eq!((code, &wrong["errors"][0]["parameter"]), (400, &json!("limit")));
    assert_eq!(stack.depth("project-orders-dlq").await?, 0);
    Ok(())
}
