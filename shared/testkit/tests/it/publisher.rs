//! Publishers: what is answered, and what is published.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::http::{Answer, Problem, Request, Serve};
use tidings_core::{
    Clock, Entropy, Event, EventType, Outgoing, catalogue::Endpoint, causation::originate, ports::Publish,
};
use tidings_testkit::{
    CapturingTopic, post, post_text,
    time::{CountingEntropy, MOMENT, ManualClock},
};
use uuid::Uuid;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct BookOrdered {
    title: String,
}

impl Event for BookOrdered {
    const TYPE: &'static str = "book.ordered";
    const AGGREGATE: &'static str = "book";

    fn aggregate_id(&self) -> &str {
        &self.title
    }
}

#[derive(Default)]
struct OrderBook {
    events: Arc<CapturingTopic>,
    clock: Arc<ManualClock>,
    entropy: Arc<CountingEntropy>,
}

impl Endpoint for OrderBook {
    const NAME: &'static str = "order-book";
    const SERVICE: &'static str = "library";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/books";
    const SUMMARY: &'static str = "Orders a book.";
    const STATUS: u16 = 202;
    const PUBLISHES: &'static [EventType] = &[BookOrdered::EVENT_TYPE];
    type Body = BookOrdered;
    type Query = ();
    type Answer = BookOrdered;
}

impl Serve for OrderBook {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let ordered = request.json()?;
        let event = Outgoing::new(&ordered, 1).map_err(|error| Problem::unavailable(error.to_string()))?;
        let id = Uuid::from_u128(self.entropy.bits());
        let event = originate(event, request.origin(Self::SERVICE, id, self.clock.now()));
        match self.events.publish(&[event]).await.pop() {
            Some(Ok(())) => Ok(Answer::new(&ordered)),
            _ => Err(Problem::unavailable("not published")),
        }
    }
}

#[tokio::test]
async fn what_is_published_is_captured_with_its_time_its_id_and_who_called() {
    let library = OrderBook::default();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answered = post(&json!({ "title": "Dune" }))
        .caller("ada")
        .header("traceparent", trace)
        .to(&library)
        .await;
    assert_eq!(
        (answered.status, answered.body),
        (202, json!({ "title": "Dune" }))
    );
    let [event] = library.events.published().try_into().expect("one event");
    assert_eq!(event.data(), r#"{"title":"Dune"}"#);
    assert_eq!(
        (event.time, event.actor.id.as_deref()),
        (Some(MOMENT), Some("ada"))
    );
    assert_eq!(event.id, Uuid::from_u128(1).to_string());
    assert!(
        event
            .traceparent
            .as_deref()
            .is_some_and(|parent| parent.starts_with(&trace[..35]))
    );
}

#[tokio::test]
async fn a_topic_that_is_down_and_a_body_that_is_no_json_publish_nothing() {
    let library = OrderBook::default();
    assert_eq!(post_text("{").to(&library).await.status, 400);
    let elsewhere = post(&json!({ "title": "Dune" }))
        .header("content-type", "text/plain")
        .to(&library)
        .await;
    assert_eq!(elsewhere.status, 415);
    library.events.is_down(true);
    assert_eq!(post(&json!({ "title": "Dune" })).to(&library).await.status, 503);
    assert!(library.events.published().is_empty());
    library.events.is_down(false);
    assert_eq!(post(&json!({ "title": "Dune" })).to(&library).await.status, 202);
}
