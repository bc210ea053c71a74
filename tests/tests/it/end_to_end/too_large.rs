//! An order that is too large for the topic: its event, and the invoice's, travel without their data.

use anyhow::Context as _;
use storefront_contracts::{Currency, InvoiceCreated, OrderPlaced};
use tidings_core::Envelope;
use tidings_tests::{Stack, orders::order_of, orders::order_placed, tap::Tap};

/// No other test orders in it.
const CURRENCY: Currency = Currency::SEK;
const ITEMS: usize = 320;

#[tokio::test]
async fn an_order_that_is_too_large_for_the_topic_is_handled_once_by_each_consumer() -> anyhow::Result<()> {
    let stack = Stack::open("too-large").await?;
    let mut tap = Tap::open(&stack).await?;
    let counted = stack.counted(CURRENCY).await?;
    let order = large()?;
    assert!(order.data().len() > 300_000);

    // Twice: a duplicate has the same data in the same place.
    stack.publish(&[order.clone(), order.clone()]).await?;
    stack.completed(std::slice::from_ref(&order)).await?;
    stack.drained().await?;

    let of_order = |event: &Envelope| event.correlation_id() == order.correlation_id();
    let placed = tap.wait("order.placed", 1, of_order).await?;
    let invoiced = tap.wait("invoice.created", 1, of_order).await?;
    for event in placed.iter().chain(&invoiced) {
        assert!(event.is_light(), "{} travels with its data", event.event_type);
    }

    let kept = invoiced[0].dataref.as_deref().context("where its data is")?;
    let told: InvoiceCreated = serde_json::from_str(&stack.claim_check().await?.collect(kept).await?)?;
    let placed: OrderPlaced = order_of(&order)?;
    assert_eq!((told.items.len(), told.total), (ITEMS, placed.total));
    let invoices = stack.invoices().await?;
    let [invoice] = invoices.get(&placed.order_id).map_or(&[][..], Vec::as_slice) else {
        panic!("not one invoice for the order {}", placed.order_id)
    };
    assert_eq!(invoice["items"].as_array().context("the items")?.len(), ITEMS);
    let after = stack.counted(CURRENCY).await?;
    assert_eq!(after.orders - counted.orders, 1);
    tap.close().await
}

/// An order of many items with long names.
fn large() -> anyhow::Result<Envelope> {
    let event = order_placed(1, CURRENCY)?;
    let mut order = order_of(&event)?;
    let item = order.items[0].clone();
    order.items = (0..ITEMS)
        .map(|number| storefront_contracts::Item {
            sku: format!("sku-{number}"),
            name: format!("{number} {}", "long ".repeat(200)),
            ..item.clone()
        })
        .collect();
    Ok(event.with_data(serde_json::to_string(&order)?)?)
}
