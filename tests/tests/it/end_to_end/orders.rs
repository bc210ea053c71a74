//! An order's life through the deployed functions: commands, the projection behind the topic, and queries.

use anyhow::{Context as _, ensure};
use orders::{CancelOrder, ChangeOrderStatus, GetOrder, GetOrderSummary, ListOrders};
use serde_json::{Value, json};
use storefront_contracts::Currency;
use tidings_tests::{Stack, eventually, orders::order};

/// No other test orders in it.
const CURRENCY: Currency = Currency::DKK;

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
            let (code, shown) = stack.ask::<GetOrder>(&path, None, &Value::Null).await?;
            ensure!(code != 504, "not yet: {shown}");
            assert_eq!((code, &shown["status"]), (200, &json!(status)), "{shown}");
            Ok(shown)
        })
        .await
    };
    let shown = shows(placed["token"].as_str().context("a token")?, "placed").await?;
    assert_eq!(shown["items"][0]["sku"], "mug-blue");

    let status = format!("{path}/status");
    let (code, shipped) = stack
        .ask::<ChangeOrderStatus>(&status, None, &json!({ "status": "shipped" }))
        .await?;
    assert_eq!((code, &shipped["version"]), (200, &json!(2)), "{shipped}");
    shows(shipped["token"].as_str().context("a token")?, "shipped").await?;

    let cancellation = format!("{path}/cancellation");
    let (code, refused) = stack
        .ask::<CancelOrder>(&cancellation, None, &json!({ "reason": "too late" }))
        .await?;
    assert_eq!(
        (code, &refused["current"], &refused["allowed"]),
        (409, &json!("shipped"), &json!(["delivered"]))
    );

    let (code, summary) = stack
        .ask::<GetOrderSummary>(&format!("{path}/summary"), None, &Value::Null)
        .await?;
    assert_eq!(
        (code, &summary["version"], summary.get("items")),
        (200, &json!(2), None),
        "the refused command wrote no event"
    );

    let user = summary["userId"].as_str().context("who ordered")?;
    eventually("the list follows the view", async || {
        let path = format!("/orders?user={user}&status=shipped&limit=100");
        let (code, listed) = stack.ask::<ListOrders>(&path, None, &Value::Null).await?;
        assert_eq!(code, 200, "{listed}");
        let orders = listed["orders"].as_array().context("orders")?;
        ensure!(
            orders.iter().any(|order| order["orderId"] == id),
            "it is not listed yet"
        );
        Ok(())
    })
    .await?;
    let (code, somebody_elses) = stack
        .ask::<ListOrders>("/orders?user=somebody-else", None, &Value::Null)
        .await?;
    assert_eq!(code, 403, "{somebody_elses}");
    let (code, wrong) = stack
        .ask::<ListOrders>("/orders?limit=0", None, &Value::Null)
        .await?;
    assert_eq!((code, &wrong["errors"][0]["parameter"]), (400, &json!("limit")));
    assert_eq!(stack.depth("project-orders-dlq").await?, 0);
    Ok(())
}
