//! Orders, placed through the deployed function or published as events.

use anyhow::{Context as _, ensure};
use aws_sdk_lambda::primitives::Blob;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use orders::{PlaceOrder, ReceiveStock};
use serde_json::{Value, json};
use storefront_contracts::{Currency, GUEST, Item, Money, OrderPlaced};
use tidings_aws::message::{MOST_BYTES, bytes_of};
use tidings_core::{Actor, Envelope, Outgoing, catalogue::Endpoint as _, causation, ports::Publish as _};
use tidings_sns::Topic;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::Stack;

/// Whether this process has received what it orders.
static STOCKED: OnceCell<()> = OnceCell::const_new();

/// How many orders are placed at once.
const AT_ONCE: usize = 4;

/// Order number `number` of a test: each has another total.
#[must_use]
pub fn order(number: i64, currency: Currency) -> Value {
    json!({
        "email": format!("customer-{number}@example.com"),
        "currency": currency.code(),
        "card": "tok_visa",
        "items": [{ "sku": "mug-blue", "name": "Blue mug", "quantity": 1 + number % 3, "unitPrice": 100 + number }],
    })
}

/// The event of an order that no function has placed, as a producer without keys states it.
///
/// # Errors
/// When it does not serialise.
pub fn order_placed(number: u32, currency: Currency) -> anyhow::Result<Envelope> {
    let id = Uuid::new_v4();
    let unit_price = Money {
        amount: 100 + i64::from(number),
        currency,
    };
    let order = OrderPlaced {
        order_id: format!("ord-{}", id.simple()),
        user_id: GUEST.into(),
        email: format!("customer-{number}@example.com").into(),
        total: unit_price,
        items: vec![Item {
            sku: "mug-blue".into(),
            name: "Blue mug".into(),
            quantity: 1,
            unit_price,
        }],
    };
    let origin = causation::Origin {
        source: "/orders".into(),
        id,
        time: Timestamp::now(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    Ok(causation::originate(Outgoing::new(&order, 1)?, origin).in_the_clear())
}

/// The order that an `order.placed` tells of.
///
/// # Errors
/// When the event is another.
pub fn order_of(event: &Envelope) -> anyhow::Result<OrderPlaced> {
    Ok(tidings_core::Incoming::decode(event)?)
}

impl Stack {
    /// Invokes a function and answers what it answers.
    ///
    /// # Errors
    /// When it cannot be invoked, or fails.
    pub async fn invoke(&self, function: &str, payload: &Value) -> anyhow::Result<Value> {
        let invoke = self
            .lambda
            .invoke()
            .function_name(function)
            .payload(Blob::new(payload.to_string()));
        let answer = invoke
            .send()
            .await
            .with_context(|| format!("invoking {function}"))?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        ensure!(
            answer.function_error.is_none(),
            "{function} failed: {}",
            String::from_utf8_lossy(&payload)
        );
        Ok(serde_json::from_slice(&payload)?)
    }

    /// Places an order through `place-order`, with the sample invocation; the answer's body.
    ///
    /// # Errors
    /// When the order is not accepted.
    pub async fn place_order(&self, order: &Value) -> anyhow::Result<Value> {
        STOCKED.get_or_try_init(|| self.receive_stock("mug-blue")).await?;
        let key = Uuid::new_v4().to_string();
        let (status, answer) = self
            .ask::<PlaceOrder>(PlaceOrder::PATH, Some(&key), order)
            .await?;
        ensure!(status == 202, "the order was not accepted: {status} {answer}");
        Ok(answer)
    }

    /// Receives more of an article than tests order.
    ///
    /// # Errors
    /// When it is not received.
    pub async fn receive_stock(&self, sku: &str) -> anyhow::Result<()> {
        let key = Uuid::new_v4().to_string();
        let (path, receipt) = (format!("/stock/{sku}/receipts"), json!({ "quantity": 1_000_000 }));
        let (status, answer) = self.ask::<ReceiveStock>(&path, Some(&key), &receipt).await?;
        ensure!(status == 201, "{sku} was not received: {status} {answer}");
        Ok(())
    }

    /// Places `count` orders; the answers' bodies.
    ///
    /// # Errors
    /// When an order is not accepted.
    pub async fn place_orders(&self, count: i64, currency: Currency) -> anyhow::Result<Vec<Value>> {
        let orders =
            stream::iter(0..count).map(async |number| self.place_order(&order(number, currency)).await);
        orders.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Publishes events to the topic, as publishers do.
    ///
    /// # Errors
    /// When one of them is not published.
    pub async fn publish(&self, events: &[Envelope]) -> anyhow::Result<()> {
        let topic = Topic::new(self.sns.clone(), &self.topic_arn);
        let topic = match events.iter().any(|event| bytes_of(event) > MOST_BYTES) {
            true => topic.with_claim_check(Some(self.claim_check().await?)),
            false => topic,
        };
        let results = topic.publish(events).await;
        results
            .into_iter()
            .collect::<Result<(), _>>()
            .context("publishing")
    }
}
