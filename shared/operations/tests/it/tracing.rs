//! The desk as what a trace reads letters from.

use std::sync::Arc;

use tidings_catalogue::Document;
use tidings_core::Clock as _;
use tidings_trace::{Ended, Query, Sources, Tables, Trace, collect};

use crate::{
    stage::{COUNT, Stage},
    zoo::poke,
};

async fn trace(stage: &Stage, of: String) -> Trace {
    let document = Document::read(&stage.catalogue.to_string()).unwrap();
    let tables = Tables::named(&document, ToOwned::to_owned);
    let sources = Sources::new(document, &stage.bench.dynamodb(), tables, Arc::new(stage.desk()));
    collect(&sources, &Query::of(of), stage.bench.clock().now())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_letter_tells_a_trace_what_no_table_does_and_stays_where_it_is() {
    let stage = Stage::open().await;
    stage.counted_dead("c", true);
    stage.counted_dead("other", true);
    let trace = trace(&stage, poke("c", true).envelope().key()).await;
    let [event] = trace.events.as_slice() else {
        panic!("{trace:?}")
    };
    assert_eq!(
        (event.r#type.as_deref(), event.subject.as_deref()),
        (Some("bear.poked"), Some("c"))
    );
    let counted = event.consumers.iter().find(|delivery| delivery.consumer == COUNT);
    let counted = counted.unwrap();
    assert!(
        matches!(
            &counted.ended,
            Ended::SetAside {
                letter: Some(_),
                since: Some(_)
            }
        ),
        "{counted:?}"
    );
    assert_eq!(
        (counted.last_error.as_deref(), counted.attempts),
        (Some("bear c is not there"), 1)
    );
    assert_eq!(stage.letters().len(), 2);
}

#[tokio::test]
async fn what_is_known_by_its_record_has_its_event_from_its_letter() {
    let stage = Stage::open().await;
    stage.feed_dead("a", "a-1", true, &[]).await;
    let trace = trace(&stage, poke("a-1", true).envelope().key()).await;
    let [event] = trace.events.as_slice() else {
        panic!("{trace:?}")
    };
    assert_eq!(event.r#type.as_deref(), Some("bear.poked"));
    let fed = event
        .consumers
        .iter()
        .find(|delivery| delivery.consumer == "feed-bear");
    let fed = fed.unwrap();
    assert!(
        matches!(fed.ended, Ended::SetAside { letter: Some(_), .. }),
        "{fed:?}"
    );
    assert_eq!(fed.first_error.as_deref(), Some("bear a-1 is not there"));
}
