//! A page of a system that does nothing but state events: 10,000 a minute unless said otherwise,
//! each taken by a dozen consumers. `make flood` opens it in a browser and measures both.
//!
//! It is told as a local run tells it; the system behind it is a small catalogue, so that what is
//! measured is the page.
//!
//! ```text
//! flood [events a minute] [minutes]
//! ```

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use axum::Router;
use jiff::Timestamp;
use serde_json::json;
use tidings_aws::{Handled, Observe as _, observe::Verdict};
use tidings_bus::{DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, EmbeddedDynamoDb, EmbeddedSqs};
use tidings_catalogue::Document;
use tidings_console::{Asked, Console, Feed, Settings};
use tidings_core::{
    Envelope,
    catalogue::{EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
    protocol::Disposition,
};
use tidings_operations::{Desk, Roster, Tables};
use tidings_trace::Sources;
use tokio::{net::TcpListener, time::interval};

/// Consumers of each event.
const CONSUMERS: [&str; 12] = [
    "feed-bear",
    "greet-bear",
    "count-bears",
    "weigh-bear",
    "wash-bear",
    "paint-bear",
    "call-keeper",
    "tell-visitors",
    "write-diary",
    "order-honey",
    "open-gate",
    "thank-sponsors",
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |otherwise: u32| arguments.next().map_or(Ok(otherwise), |text| text.parse());
    let (events, minutes) = (number(10_000)?, number(1)?);
    let consumers = CONSUMERS.map(|name| {
        json!({ "name": name, "service": "zoo", "guarantee": "leased", "repeat": "mayRepeat", "takes": { "types": ["bear.woke"] },
                "events": [{ "type": "bear.woke", "version": 1 }] })
    });
    let catalogue = json!({ "system": "zoo", "consumers": consumers });
    let document: Arc<Document> = Arc::new(serde_json::from_value(catalogue.clone())?);
    let feed = Arc::new(Feed::new(document.clone()));
    let app = console(&catalogue, document, feed.clone()).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    tokio::spawn(flood(feed, events, minutes));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn console(
    catalogue: &serde_json::Value,
    document: Arc<Document>,
    feed: Arc<Feed>,
) -> Result<Router, Box<dyn std::error::Error>> {
    let database = EmbeddedDynamoDb::in_memory()?;
    for table in [
        &DEAD_LETTERS,
        &EVENTS,
        &IDEMPOTENCY,
        &OPERATIONS,
        &OUTBOX,
        &PERSON_KEYS,
    ] {
        database.create_table(table).await?;
    }
    let sqs = EmbeddedSqs::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let queues = DeadLetterQueues::new(sqs, DeadLetterTable::of(&database));
    queues.open_named(None, CONSUMERS.map(|name| (name, false)))?;
    let (roster, dynamodb) = (Roster::read(catalogue, None)?, database.client());
    let desk = Arc::new(Desk::new(
        roster,
        queues.sqs().client(),
        &dynamodb,
        Tables::named(ToOwned::to_owned),
    ));
    let tables = tidings_trace::Tables::named(&document, ToOwned::to_owned);
    let console = Console::new(Settings {
        sources: Sources::new(document.as_ref().clone(), &dynamodb, tables, desk.clone()),
        document,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        place: "flooded".to_owned(),
        desk,
        feed: Some(feed),
        who: "nobody".to_owned(),
        changes: true,
        tabs: Vec::new(),
        last_tabs: Vec::new(),
        beside: None,
        views: Vec::new(),
    });
    Ok(console.routes(Router::new()))
}

/// Tells of so many events a minute, and of what becomes of each.
async fn flood(feed: Arc<Feed>, events: u32, minutes: u32) {
    let mut pace = interval(Duration::from_secs(60) / events.max(1));
    for number in 0..events * minutes {
        pace.tick().await;
        one(&feed, number);
    }
    println!("told {} events", events * minutes);
}

fn one(feed: &Feed, number: u32) {
    let trace = format!("{:032x}", u128::from(number) + 1);
    let text = json!({
        "specversion": "1.0", "id": format!("evt-{number}"), "source": "/zoo", "type": "bear.woke", "subject": format!("bear-{number}"),
        "time": Timestamp::now().to_string(), "correlationid": format!("corr-{number}"),
        "traceparent": format!("00-{trace}-00f067aa0ba902b7-01"), "data": {},
    });
    let Ok(event) = Envelope::parse(&text.to_string()) else {
        return;
    };
    feed.asked(Asked {
        method: "POST".to_owned(),
        path: "/bears".to_owned(),
        function: "wake-bear".to_owned(),
        status: 202,
        took: Duration::from_millis(12),
        trace: Some(trace),
        refused: None,
    });
    feed.published(&event);
    for (consumer, place) in CONSUMERS.into_iter().zip(0_u32..) {
        feed.begun(consumer, &event);
        let fails = (number + place).is_multiple_of(50);
        let (verdict, disposition) = match fails {
            true => (
                Verdict::Failed,
                Disposition::Retry {
                    after: Duration::from_secs(1),
                },
            ),
            false => (Verdict::Done, Disposition::Acknowledge),
        };
        feed.handled(&Handled {
            consumer,
            envelope: Some(&event),
            attempt: 1,
            verdict,
            disposition: &disposition,
            reason: fails.then_some("the bear does not answer"),
            class: None,
            age: Some(Duration::from_millis(3)),
            coalesced: false,
            elapsed: Duration::from_millis(7),
        });
    }
}
