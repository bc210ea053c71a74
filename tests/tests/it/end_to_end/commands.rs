//! Commands by their deployed queue, and a question with its answer.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use orders::HandlePlaceOrder;
use serde_json::{Value, json};
use shipping::GetShippingQuote;
use storefront_contracts::{
    Money, OrderAnswer, OrderLine, OrderPlaced, OrderRefused, PlaceOrder, RefusalReason,
};
use tidings_aws::{
    commands::CommandQueues,
    request::{Dropped, ObserveReplies, OwnReplyQueue, Requester},
};
use tidings_core::{
    Actor, Command as _, Consumer as _, Envelope, Incoming as _,
    catalogue::Endpoint as _,
    causation::Origin,
    clock::{SystemClock, SystemEntropy},
    command::issue,
};
use tidings_tests::{Stack, eventually, tap::Tap};
use uuid::Uuid;

/// A function may have to start first.
const PATIENCE: Duration = Duration::from_secs(60);

struct Untold;

impl ObserveReplies for Untold {
    fn dropped(&self, dropped: Dropped) {
        eprintln!("an answer was dropped: {dropped:?}");
    }
}

fn requester(stack: &Stack) -> (Requester, Arc<OwnReplyQueue>) {
    let handler = format!("{}.fifo", HandlePlaceOrder::NAME);
    let commands = CommandQueues::new(stack.sqs.clone(), [(PlaceOrder::TYPE, handler)]);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let own = OwnReplyQueue::new(stack.sqs.clone(), "storefront-replies-", clock, entropy.clone());
    let own = Arc::new(own);
    let requester = Requester::new(Arc::new(commands), own.clone(), entropy, Arc::new(Untold));
    let requester = requester.with_keyring(Some(Arc::new(stack.keyring())));
    (requester.patient_for(PATIENCE), own)
}

fn place(order_id: &str, quantity: i64) -> anyhow::Result<Envelope> {
    let command = PlaceOrder {
        order_id: order_id.to_owned(),
        email: "kiosk@example.com".into(),
        currency: "SEK".into(),
        items: vec![OrderLine {
            sku: "mug-blue".into(),
            name: "Blue mug".into(),
            quantity,
            unit_price: 1299,
        }],
    };
    let origin = Origin {
        source: "/partners/kiosk".into(),
        id: Uuid::new_v4(),
        time: Timestamp::now(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    Ok(issue(&command, origin)?)
}

#[tokio::test]
async fn a_command_is_accepted_or_refused_once_and_answered_each_time_it_is_asked() -> anyhow::Result<()> {
    let stack = Stack::open("commands").await?;
    let mut tap = Tap::open(&stack).await?;
    let (requester, own) = requester(&stack);
    let order_id = format!("kiosk-{}", Uuid::new_v4().simple());

    let command = place(&order_id, 2)?;
    let accepted = requester.ask::<PlaceOrder>(command.clone()).await?;
    let OrderAnswer::Accepted { total, .. } = &accepted else {
        panic!("{accepted:?}")
    };
    assert_eq!(
        total,
        &Money {
            amount: 2598,
            ..*total
        }
    );
    assert_eq!(
        requester.ask::<PlaceOrder>(command.clone()).await?,
        accepted,
        "asked again"
    );

    let another = place(&order_id, 1)?;
    let refused = requester.ask::<PlaceOrder>(another.clone()).await?;
    assert!(matches!(
        refused,
        OrderAnswer::Refused {
            reason: RefusalReason::AlreadyPlaced,
            ..
        }
    ));
    let wrong = place(&format!("{order_id}-2"), 0)?;
    let invalid = requester.ask::<PlaceOrder>(wrong.clone()).await?;
    assert!(matches!(
        invalid,
        OrderAnswer::Refused {
            reason: RefusalReason::Invalid,
            ..
        }
    ));

    let caused = |by: &Envelope| {
        let id = by.id.clone();
        move |event: &Envelope| event.causationid.as_deref() == Some(&id)
    };
    let placed = tap.wait("order.placed", 1, caused(&command)).await?;
    let [placed] = placed.as_slice() else {
        panic!("{} orders", placed.len())
    };
    assert_eq!(OrderPlaced::decode(placed)?.order_id, order_id);
    for (by, reason) in [
        (&another, RefusalReason::AlreadyPlaced),
        (&wrong, RefusalReason::Invalid),
    ] {
        let told = tap.wait("order.refused", 1, caused(by)).await?;
        assert_eq!((told.len(), OrderRefused::decode(&told[0])?.reason), (1, reason));
    }
    eventually("the handler's queue is empty", async || {
        let waiting = stack.depth(&format!("{}.fifo", HandlePlaceOrder::NAME)).await?;
        anyhow::ensure!(waiting == 0, "it holds {waiting} messages");
        Ok(())
    })
    .await?;
    own.delete().await?;
    tap.close().await
}

#[tokio::test]
async fn a_shipping_quote_is_asked_for_and_answered() -> anyhow::Result<()> {
    let stack = Stack::open("quotes").await?;
    // The first one may wait for two functions to start; then it says so, and the next one is answered.
    eventually("a quote is answered", async || {
        let (status, body) = quote(&stack, "country=FR&weight=1200").await?;
        anyhow::ensure!(status == 200, "{status}: {body}");
        anyhow::ensure!(
            body["price"] == json!({ "amount": 1449, "currency": "EUR" }),
            "{body}"
        );
        Ok(())
    })
    .await?;
    let (status, body) = quote(&stack, "country=XX&weight=1200").await?;
    assert_eq!(
        (status, &body["errors"][0]["parameter"]),
        (400, &json!("country")),
        "{body}"
    );
    Ok(())
}

async fn quote(stack: &Stack, query: &str) -> anyhow::Result<(u64, Value)> {
    let path = format!("{}?{query}", GetShippingQuote::PATH);
    stack.ask::<GetShippingQuote>(&path, None, &Value::Null).await
}
