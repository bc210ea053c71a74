//! Reading one's own writes.

use std::time::Duration;

use tidings_aws::projection::{Late, PATIENCE, ReadToken};
use tokio::time::Instant;

use super::larder::{Larder, Pot};

#[tokio::test(start_paused = true)]
async fn a_read_waits_until_the_view_shows_what_was_asked_for() {
    let larder = Larder::open().await;
    let events = larder.add("a", &[1, 2]).await;
    let (views, projector) = (larder.views::<1>(), larder.projector::<1>());
    let projecting = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        projector.take(&events[0]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
        projector.take(&events[1]).await.unwrap();
    };
    let (read, ()) = tokio::join!(views.reached("a", 2), projecting);
    let read = read.unwrap();
    assert_eq!((read.version, read.view.unwrap().spoons), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_read_waits_no_longer_than_it_says_and_tells_how_far_the_view_is() {
    let larder = Larder::open().await;
    let events = larder.add("a", &[1, 2]).await;
    larder.projector::<1>().take(&events[0]).await.unwrap();
    // The rest of the history is not shown: its messages are on their way.
    let begin = Instant::now();
    let late = larder.views::<1>().reached("b", 1).await.unwrap_err();
    assert_eq!(late, Late::Behind { shown: 0, wanted: 1 });
    assert_eq!(begin.elapsed(), PATIENCE, "of the paused clock");
    let late = larder.views::<1>().reached("a", 9).await.unwrap_err();
    assert!(
        matches!(late, Late::Behind { wanted: 9, shown } if shown >= 1),
        "{late:?}"
    );
}

#[test]
fn a_token_is_a_text_that_is_read_back_and_nothing_else_is_one() {
    let token = ReadToken::of::<Pot>("a#1", 7);
    let text = token.to_string();
    assert!(
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        "{text}"
    );
    let read: ReadToken = text.parse().unwrap();
    assert_eq!((read.id_of::<Pot>(), read.version()), (Some("a#1"), 7));
    for wrong in ["", "!", &format!("{text}="), &"A".repeat(5_000)] {
        assert!(wrong.parse::<ReadToken>().is_err(), "{wrong}");
    }
    for made_up in ["x", "e30", &text[1..]] {
        let read: ReadToken = made_up.parse().unwrap();
        assert_eq!(read.id_of::<Pot>(), None, "{made_up} is of no pot");
    }
}
