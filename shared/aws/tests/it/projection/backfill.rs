//! A backfill, into a queue of an SQS that does what it is told.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
    shared::IntoShared as _,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tidings_aws::{
    backfill::{Backfill, ConsumerQueue, Pace, Selection, Sent},
    projection::Ended,
};
use tidings_core::{
    Envelope, Takes,
    catalogue::EVENTS,
    ports::{ClaimCheck as _, Publish as _},
};
use tidings_testkit::{Claims, time::MOMENT};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::larder::Larder;

/// Whether a message is taken when it comes for the time of this number, from 1.
type Taken = dyn Fn(&Envelope, usize) -> bool + Send + Sync;

/// An SQS that notes what it takes, and takes what it is told to.
#[derive(Clone)]
struct Sqs {
    takes: Arc<Taken>,
    came: Arc<Mutex<Vec<Envelope>>>,
    taken: Arc<Mutex<Vec<Envelope>>>,
    requests: Arc<Mutex<Vec<usize>>>,
}

impl Sqs {
    fn that(takes: impl Fn(&Envelope, usize) -> bool + Send + Sync + 'static) -> Self {
        Self {
            takes: Arc::new(takes),
            came: Arc::default(),
            taken: Arc::default(),
            requests: Arc::default(),
        }
    }

    fn queue(&self) -> ConsumerQueue {
        let connector: SharedHttpConnector = self.clone().into_shared();
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        ConsumerQueue::new(aws_sdk_sqs::Client::from_conf(config), "http://sqs/1/drink-tea")
    }

    fn taken(&self) -> Vec<Envelope> {
        self.taken.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for Sqs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sqs")
    }
}

impl HttpConnector for Sqs {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        let entries = request["Entries"].as_array().unwrap();
        self.requests.lock().unwrap().push(entries.len());
        for entry in entries {
            let event = Envelope::parse(entry["MessageBody"].as_str().unwrap()).unwrap();
            assert_eq!(
                entry["MessageAttributes"]["type"]["StringValue"],
                event.event_type.as_str()
            );
            let mut came = self.came.lock().unwrap();
            came.push(event.clone());
            let time = came.iter().filter(|one| **one == event).count();
            if (self.takes)(&event, time) {
                successful.push(json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "-" }));
                self.taken.lock().unwrap().push(event);
            } else {
                failed.push(json!({ "Id": entry["Id"], "SenderFault": false, "Code": "InternalError" }));
            }
        }
        let answer = json!({ "Successful": successful, "Failed": failed }).to_string();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            StatusCode::try_from(200).unwrap(),
            SdkBody::from(answer),
        )))
    }
}

fn everything() -> Selection {
    Selection {
        takes: Takes::Prefix("honey."),
        types: Vec::new(),
        since: None,
        until: None,
    }
}

fn backfill(larder: &Larder, selection: Selection, sqs: &Sqs) -> Backfill {
    Backfill {
        events: larder.events.clone(),
        selection,
        queue: Some(Arc::new(sqs.queue())),
        pace: Pace::new(NonZeroU32::new(1_000).unwrap()),
    }
}

/// Runs to the end.
async fn sent(mut backfill: Backfill) -> Sent {
    let mut last = Sent::default();
    let mut watch = |sent: &Sent| {
        last = sent.clone();
        Ok(())
    };
    let ended = backfill
        .run(Sent::default(), &mut watch, &CancellationToken::new())
        .await;
    assert_eq!(ended, Ok(Ended::Complete));
    last
}

fn sorted(mut events: Vec<Envelope>) -> Vec<Envelope> {
    events.sort_by_key(|event| (event.subject.clone(), event.aggregateversion));
    events
}

#[tokio::test]
async fn a_consumer_gets_the_stored_envelopes_as_they_are_each_once() {
    let larder = Larder::open().await;
    let mut stored = Vec::new();
    for pot in 0..5 {
        stored.extend(larder.add(&format!("pot-{pot}"), &[1, 2, 3, 4, 5]).await);
    }
    let sqs = Sqs::that(|_, _| true);
    let done = sent(backfill(&larder, everything(), &sqs)).await;
    assert_eq!((done.read, done.sent, done.unreadable), (25, 25, 0));
    assert_eq!(sorted(sqs.taken()), sorted(stored));
    assert_eq!(*sqs.requests.lock().unwrap(), [10, 10, 5]);
}

#[tokio::test]
async fn only_what_is_selected_is_sent() {
    let larder = Larder::open().await;
    larder.add("a", &[1]).await;
    larder.bench.pass(Duration::from_secs(60));
    let second = larder.add("a", &[2]).await;
    larder.bench.pass(Duration::from_secs(60));
    larder.add("a", &[3]).await;
    let minute = |number: i64| Some(MOMENT + Duration::from_secs(60 * number.unsigned_abs()));
    let period = Selection {
        since: minute(1),
        until: minute(2),
        ..everything()
    };
    let sqs = Sqs::that(|_, _| true);
    let done = sent(backfill(&larder, period, &sqs)).await;
    assert_eq!((done.read, done.sent), (3, 1));
    assert_eq!(sqs.taken(), second);

    for nothing in [
        Selection {
            takes: Takes::Types(vec!["tea.drunk"]),
            ..everything()
        },
        Selection {
            types: vec!["honey.eaten".into()],
            ..everything()
        },
    ] {
        let sqs = Sqs::that(|_, _| true);
        assert_eq!(sent(backfill(&larder, nothing, &sqs)).await.sent, 0);
        assert!(sqs.taken().is_empty());
    }
}

#[tokio::test]
async fn what_the_queue_does_not_take_at_first_is_sent_again_alone() {
    let larder = Larder::open().await;
    let stored = larder.add("a", &[1, 2, 3, 4]).await;
    let sqs = Sqs::that(|event, time| event.aggregateversion != Some(3) || time > 2);
    let done = sent(backfill(&larder, everything(), &sqs)).await;
    assert_eq!(done.sent, 4);
    assert_eq!(sorted(sqs.taken()), stored);
    assert_eq!(*sqs.requests.lock().unwrap(), [4, 1, 1]);
}

#[tokio::test]
async fn a_backfill_that_fails_goes_on_from_where_it_was_and_none_is_left_out() {
    let larder = Larder::open().await;
    let stored = larder.add("a", &[1; 30]).await;
    let broken = Sqs::that(|event, _| event.aggregateversion < Some(15));
    let mut kept = Sent::default();
    let mut watch = |sent: &Sent| {
        kept = sent.clone();
        Ok(())
    };
    let failed = backfill(&larder, everything(), &broken)
        .run(Sent::default(), &mut watch, &CancellationToken::new())
        .await;
    assert!(failed.unwrap_err().reason().contains("InternalError"));
    assert_eq!(
        (kept.read, kept.sent),
        (10, 10),
        "the batch that failed does not count"
    );

    let whole = Sqs::that(|_, _| true);
    let ended = backfill(&larder, everything(), &whole)
        .run(kept, &mut |_: &Sent| Ok(()), &CancellationToken::new())
        .await;
    assert_eq!(ended, Ok(Ended::Complete));
    let mut all = [broken.taken(), whole.taken()].concat();
    assert_eq!(all.len(), 34, "four of the batch that failed come twice");
    all = sorted(all);
    all.dedup();
    assert_eq!(all, stored);
}

#[tokio::test]
async fn a_backfill_that_is_stopped_goes_on_and_sends_nothing_twice() {
    let larder = Larder::open().await;
    let stored = larder.add("a", &[1; 47]).await;
    let sqs = Sqs::that(|_, _| true);
    let (mut kept, mut runs) = (Sent::default(), 0);
    loop {
        runs += 1;
        let stop = CancellationToken::new();
        let from = kept.clone();
        let mut watch = |sent: &Sent| {
            kept = sent.clone();
            stop.cancel();
            Ok(())
        };
        let ended = backfill(&larder, everything(), &sqs)
            .run(from, &mut watch, &stop)
            .await
            .unwrap();
        if ended == Ended::Complete {
            break;
        }
        assert!(runs < 20);
    }
    assert_eq!(runs, 5, "each run sends ten, and the last one sees the end");
    assert_eq!(sqs.taken(), stored);
}

#[tokio::test(start_paused = true)]
async fn a_backfill_keeps_its_pace() {
    let larder = Larder::open().await;
    larder.add("a", &[1; 50]).await;
    let sqs = Sqs::that(|_, _| true);
    let begin = Instant::now();
    sent(Backfill {
        pace: Pace::new(NonZeroU32::new(5).unwrap()),
        ..backfill(&larder, everything(), &sqs)
    })
    .await;
    // Of the paused clock: ten times five, and the first of them at once.
    assert_eq!(begin.elapsed(), Duration::from_secs(9));
    assert_eq!(*sqs.requests.lock().unwrap(), [5; 10]);
}

#[tokio::test]
async fn an_item_that_holds_no_event_is_counted_and_passed_over() {
    let larder = Larder::open().await;
    let stored = larder.add("a", &[1, 2]).await;
    let mut rows = larder.bench.rows(&EVENTS).await;
    rows[0]["envelope"] = "no event".into();
    larder.bench.put(&EVENTS, &rows[0]).await;
    let sqs = Sqs::that(|_, _| true);
    let done = sent(backfill(&larder, everything(), &sqs)).await;
    assert_eq!((done.read, done.sent, done.unreadable), (2, 1, 1));
    assert_eq!(sqs.taken(), stored[1..]);
}

#[tokio::test]
async fn an_event_that_is_too_large_for_a_message_is_sent_as_the_topic_would_send_it() {
    let claims = Arc::new(Claims::default());
    let event = |id: &str, bytes: usize| {
        let data = "x".repeat(bytes);
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/woods","type":"honey.added","data":"{data}"}}"#
        );
        Envelope::parse(&text).unwrap()
    };
    let events = [event("1", 10), event("2", 300_000), event("3", 10)];
    let sqs = Sqs::that(|_, _| true);
    let refused = sqs.queue().publish(&events).await;
    assert!(refused[0].is_ok() && refused[1].is_err() && refused[2].is_ok());

    let sqs = Sqs::that(|_, _| true);
    let sent = sqs
        .queue()
        .with_claim_check(Some(claims.clone()))
        .publish(&events)
        .await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    let [_, light, _] = sqs.taken().try_into().unwrap();
    assert!(light.is_light());
    let data = claims.collect(light.dataref.as_deref().unwrap()).await;
    assert_eq!(data.unwrap(), events[1].data());
}
