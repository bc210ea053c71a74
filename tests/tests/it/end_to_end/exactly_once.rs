//! 200 orders, each with its event delivered twice.

use std::collections::HashMap;

use anyhow::Context as _;
use serde_json::Value;
use storefront_contracts::{Currency, InvoiceCreated};
use tidings_core::{Envelope, Incoming as _};
use tidings_tests::{
    Stack, effects::Counted, once::published_from_the_outbox, orders::order_of, stack::CONSUMERS, tap::Tap,
};

const ORDERS: usize = 200;
/// No other test orders in it.
const CURRENCY: Currency = Currency::CHF;

#[tokio::test]
async fn two_hundred_orders_delivered_twice_are_handled_once_by_each_consumer() -> anyhow::Result<()> {
    let stack = Stack::open("exactly-once").await?;
    let mut tap = Tap::open(&stack).await?;
    let (counted, set_aside) = (stack.counted(CURRENCY).await?, dead_letters(&stack).await?);

    let placed = place(&stack, &mut tap).await?;
    stack.publish(&placed).await?;
    stack.completed(&placed).await?;
    stack.drained().await?;

    assert_eq!(dead_letters(&stack).await?, set_aside, "nothing is set aside");
    counted_once(&stack, &placed, counted).await?;
    mailed_once(&stack, &placed).await?;
    let invoiced = billed_once(&stack, &placed, &mut tap).await?;
    published_from_the_outbox(&stack, &invoiced).await?;
    tap.close().await
}

/// Places the orders; their events as the topic carries them.
async fn place(stack: &Stack, tap: &mut Tap<'_>) -> anyhow::Result<Vec<Envelope>> {
    let answers = stack.place_orders(ORDERS as i64, CURRENCY).await?;
    let text = |answer: &Value, name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let answers: HashMap<_, _> = answers
        .iter()
        .map(|answer| (text(answer, "orderId"), answer))
        .collect();
    assert_eq!(answers.len(), ORDERS, "each order has an id of its own");
    let placed = tap
        .wait("order.placed", ORDERS, |event| {
            answers.contains_key(subject(event))
        })
        .await?;
    assert_eq!(placed.len(), ORDERS, "one order.placed an order");
    for event in &placed {
        let answer = answers[subject(event)];
        assert_eq!(text(answer, "eventId"), event.id);
        assert_eq!(text(answer, "correlationId"), event.correlation_id());
    }
    Ok(placed)
}

fn subject(event: &Envelope) -> &str {
    event.subject.as_deref().unwrap_or_default()
}

async fn dead_letters(stack: &Stack) -> anyhow::Result<u32> {
    let mut letters = 0;
    for consumer in CONSUMERS {
        letters += stack.depth(&format!("{consumer}-dlq")).await?;
    }
    Ok(letters)
}

async fn counted_once(stack: &Stack, placed: &[Envelope], before: Counted) -> anyhow::Result<()> {
    let totals = placed.iter().map(|event| Ok(order_of(event)?.total.amount));
    let revenue: i64 = totals.sum::<anyhow::Result<_>>()?;
    let after = stack.counted(CURRENCY).await?;
    assert_eq!(after.orders - before.orders, ORDERS as i64);
    assert_eq!(after.revenue - before.revenue, revenue);
    Ok(())
}

/// One mail an order, to the address that the event holds sealed.
async fn mailed_once(stack: &Stack, placed: &[Envelope]) -> anyhow::Result<()> {
    let Some(mails) = stack.mails()? else {
        return Ok(());
    };
    let keyring = stack.keyring();
    for event in placed {
        assert!(!event.data().contains("@example.com"), "{}", event.data());
        let opened = keyring.open(event.clone()).await;
        let order = order_of(&opened.map_err(|failure| anyhow::anyhow!("{failure:?}"))?)?;
        let mails = mails
            .get(&format!("Your order {}", order.order_id))
            .map_or(&[][..], Vec::as_slice);
        let [mail] = mails else {
            panic!("{} mails for the order {}", mails.len(), order.order_id)
        };
        assert_eq!(mail["To"][0].as_str(), order.email.known().map(String::as_str));
    }
    Ok(())
}

/// One invoice an order, and one `invoice.created` that names its cause.
async fn billed_once(stack: &Stack, placed: &[Envelope], tap: &mut Tap<'_>) -> anyhow::Result<Vec<Envelope>> {
    let causes: HashMap<_, _> = placed.iter().map(|event| (event.id.as_str(), event)).collect();
    let cause = |event: &Envelope| {
        event
            .causationid
            .as_deref()
            .and_then(|id| causes.get(id))
            .copied()
    };
    let invoiced = tap
        .wait("invoice.created", ORDERS, |event| cause(event).is_some())
        .await?;
    assert_eq!(invoiced.len(), ORDERS, "one invoice.created an order");
    let invoices = stack.invoices().await?;
    for event in &invoiced {
        let cause = cause(event).context("its cause")?;
        assert_eq!(event.correlationid, cause.correlationid);
        assert_eq!((cause.hops, event.hops), (0, 1));
        let (order, told) = (order_of(cause)?, InvoiceCreated::decode(event)?);
        assert_eq!((&told.order_id, told.total), (&order.order_id, order.total));
        let invoices = invoices.get(&order.order_id).map_or(&[][..], Vec::as_slice);
        let [invoice] = invoices else {
            panic!("{} invoices for the order {}", invoices.len(), order.order_id)
        };
        assert_eq!(
            (&invoice["id"], &invoice["total"]["amount"]),
            (&told.invoice_id.into(), &order.total.amount.into())
        );
    }
    Ok(invoiced)
}
