//! Events as they come: next, again, behind a gap, and to views of another form.

use serde_json::json;
use tidings_core::{Failure, catalogue::EVENTS};
use tidings_testkit::Bench;

use super::larder::{Larder, SHELF, label};

#[tokio::test]
async fn each_event_is_shown_once_however_often_it_comes() {
    let larder = Larder::open().await;
    let projector = larder.projector::<1>();
    for event in larder.add("a", &[1, 2, 4]).await {
        projector.take(&event).await.unwrap();
        projector.take(&event).await.unwrap();
    }
    assert_eq!(larder.shelf().await, [label("a", &[1, 2, 4])]);
}

#[tokio::test]
async fn what_is_missing_before_an_event_is_read_from_the_store_and_what_is_behind_it_too() {
    let larder = Larder::open().await;
    let projector = larder.projector::<1>();
    let events = larder.add("a", &[1, 2, 4, 8]).await;
    projector.take(&events[2]).await.unwrap();
    assert_eq!(larder.shelf().await, [label("a", &[1, 2, 4, 8])]);
    for event in &events {
        projector.take(event).await.unwrap();
    }
    assert_eq!(
        larder.shelf().await,
        [label("a", &[1, 2, 4, 8])],
        "the others are superseded"
    );
}

#[tokio::test]
async fn an_event_waits_until_the_store_has_what_is_missing_before_it() {
    let (source, larder) = (Larder::open().await, Larder::open().await);
    let projector = larder.projector::<1>();
    let events = source.add("a", &[1, 2, 4]).await;

    projector.take(&events[0]).await.unwrap();
    let failure = projector.take(&events[2]).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Transient { class: "Gap", reason, .. } if reason.contains("behind number 1")),
        "{failure:?}"
    );
    assert_eq!(larder.shelf().await, [label("a", &[1])], "nothing is skipped");

    // It follows, as the copy in another region does.
    let rows = source.bench.rows(&EVENTS).await;
    larder.bench.put(&EVENTS, &rows[1]).await;
    projector.take(&events[2]).await.unwrap();
    assert_eq!(larder.shelf().await, [label("a", &[1, 2, 4])]);
}

#[tokio::test]
async fn a_view_of_an_older_form_is_made_anew_by_its_next_delivery() {
    let larder = Larder::open().await;
    let events = larder.add("a", &[1, 2]).await;
    for event in &events {
        larder.projector::<1>().take(event).await.unwrap();
    }
    // Even by one that it shows already: the others may never come again.
    larder.projector::<2>().take(&events[0]).await.unwrap();
    let anew =
        json!({ "pot": "a", "spoons": 6, "shown": [1, 2], "projected_version": 2, "projected_revision": 2 });
    assert_eq!(larder.shelf().await, std::slice::from_ref(&anew));

    let more = larder.add("a", &[4]).await;
    let failure = larder.projector::<1>().take(&more[0]).await.unwrap_err();
    assert!(
        matches!(
            failure,
            Failure::Transient {
                class: "Outdated",
                ..
            }
        ),
        "{failure:?}"
    );
    assert_eq!(larder.shelf().await, [anew], "older code leaves it alone");
}

#[tokio::test]
async fn a_view_is_not_made_anew_of_less_than_it_shows() {
    let (source, larder) = (Larder::open().await, Larder::open().await);
    let events = source.add("a", &[1, 2]).await;
    for event in &events {
        larder.projector::<1>().take(event).await.unwrap();
    }
    let failure = larder.projector::<2>().take(&events[0]).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Transient { class: "Gap", .. }),
        "{failure:?}"
    );
    assert_eq!(larder.shelf().await, [label("a", &[1, 2])]);
}

#[tokio::test]
async fn an_event_without_a_place_in_a_view_is_refused_for_good() {
    let larder = Larder::open().await;
    let event = larder.add("a", &[1]).await.remove(0);
    for (attribute, without) in [
        (
            "aggregateversion",
            event.to_json().replace("\"aggregateversion\":1,", ""),
        ),
        ("subject", event.to_json().replace("\"subject\":\"a\",", "")),
        (
            "aggregatetype",
            event
                .to_json()
                .replace("\"aggregatetype\":\"pot\"", "\"aggregatetype\":\"jar\""),
        ),
    ] {
        let event = tidings_core::Envelope::parse(&without).unwrap();
        let failure = larder.projector::<1>().take(&event).await.unwrap_err();
        assert!(
            matches!(&failure, Failure::Permanent { class: "NoPlace", reason } if reason.contains(attribute)),
            "{failure:?}"
        );
    }
    assert!(larder.shelf().await.is_empty());
}

#[tokio::test]
async fn a_view_that_dynamodb_does_not_take_is_refused_for_good() {
    let larder = Larder::open().await;
    let bench: &Bench = &larder.bench;
    let gone = bench
        .dynamodb()
        .delete_table()
        .table_name(SHELF.name)
        .send()
        .await;
    gone.unwrap();
    let other = tidings_core::catalogue::Table::new(SHELF.name, "woods", "jar");
    bench.table(&other).await;
    let event = larder.add("a", &[1]).await.remove(0);
    let failure = larder.projector::<1>().take(&event).await.unwrap_err();
    assert!(
        matches!(
            failure,
            Failure::Permanent {
                class: "ViewError",
                ..
            }
        ),
        "{failure:?}"
    );
}
