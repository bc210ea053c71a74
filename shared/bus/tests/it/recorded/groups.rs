//! What a queue does with groups, duplicates and receipts: `sqs/test_sqs`.

use super::play::{Does, Made, Play, received};

/// Hidden for a second, and one of three of a group for four.
const HIDDEN_FOR_A_SECOND: Made = Made {
    hidden: 1,
    ..Made::FIFO
};

/// test_fifo_group_visibility_extends_with_change_message_visibility[0-visible, 1-visible, 2-visible], 2025-11-19.
#[tokio::test(start_paused = true)]
async fn of_a_group_is_received_what_is_before_its_first_hidden_message() {
    let facts: [(&str, &[&str]); 3] = [("foo", &[]), ("bar", &["foo"]), ("baz", &["foo", "bar"])];
    for (hidden, then) in facts {
        let does: Vec<_> = ["foo", "bar", "baz"]
            .map(|name| match name == hidden {
                true => (name, Does::Hides(4)),
                false => (name, Does::Fails(1)),
            })
            .into();
        let play = Play::on(HIDDEN_FOR_A_SECOND);
        let invocations = play.run(&["g/foo", "g/bar", "g/baz"], &does).await;
        let within_the_four: Vec<&str> = invocations
            .iter()
            .filter(|(second, _)| (1..4).contains(second))
            .flat_map(|(_, received)| received.iter().map(|(name, _)| name.as_str()))
            .collect();
        assert_eq!(within_the_four, then, "{hidden} is hidden: {invocations:?}");
        assert_eq!(play.dead(), []);
    }
}

/// test_fifo_message_group_parallelism, 2025-11-25: five of a group, each of which takes five seconds, and one invocation at a time, though
/// more were allowed.
#[tokio::test(start_paused = true)]
async fn messages_of_one_group_are_not_handled_at_once() {
    let made = Made {
        batch: 1,
        hidden: 60,
        at_once: 5,
        ..Made::FIFO
    };
    let names = ["g/0", "g/1", "g/2", "g/3", "g/4"];
    let does = ["0", "1", "2", "3", "4"].map(|name| (name, Does::Takes(5)));
    let invocations = Play::on(made).run(&names, &does).await;
    let begun: Vec<_> = invocations
        .iter()
        .map(|(second, received)| (*second, received[0].0.as_str()))
        .collect();
    assert_eq!(begun, [(0, "0"), (5, "1"), (10, "2"), (15, "3"), (20, "4")]);
}

/// test_fifo_deduplication_arrives_once_after_delete, 2024-04-30.
#[tokio::test(start_paused = true)]
async fn what_was_sent_is_known_also_when_it_has_been_deleted() {
    let play = Play::on(Made::FIFO);
    let invocations = play.run(&["g/one"], &[]).await;
    assert_eq!(received(&invocations), [[("one", 1)]]);
    play.send("g/one").await;
    assert_eq!(play.unsettled(), 0);
}

/// test_fifo_high_throughput_ordering, 2024-04-30: with the deduplication scope of the deployed queues, a message group (`infra/lib/queue.ts`).
#[tokio::test(start_paused = true)]
async fn the_same_deduplication_id_in_another_group_is_another_message() {
    let invocations = Play::on(Made::FIFO).run(&["g/one", "h/one"], &[]).await;
    assert_eq!(received(&invocations), [[("one", 1), ("one", 1)]]);
}

/// test_fifo_empty_message_groups_added_back_to_queue, 2024-04-30.
#[tokio::test(start_paused = true)]
async fn a_group_that_was_emptied_takes_messages_again() {
    let play = Play::on(Made::FIFO);
    play.run(&["g/one"], &[]).await;
    play.send("g/two").await;
    play.settled().await;
    assert_eq!(play.dead(), []);
    assert_eq!(play.unsettled(), 0);
}

/// A message that its function has done in two seconds, where it was hidden for one.
async fn done_too_late(made: Made, does: Does) -> Vec<Vec<(String, u32)>> {
    let invocations = Play::on(Made { hidden: 1, ..made })
        .run(&["g/one"], &[("one", does)])
        .await;
    invocations.into_iter().map(|(_, received)| received).collect()
}

/// test_delete_after_visibility_timeout (standard), test_fifo_delete_after_visibility_timeout, 2025-03-28, and
/// test_fifo_delete_after_visibility_timeout_extended, 2025-10-05.
#[tokio::test(start_paused = true)]
async fn a_receipt_whose_message_is_visible_again_deletes_it_from_a_standard_queue_and_not_from_a_fifo_queue()
{
    let one = |receives| vec![("one".to_owned(), receives)];
    assert_eq!(done_too_late(Made::STANDARD, Does::Takes(2)).await, [one(1)]);
    assert_eq!(done_too_late(Made::FIFO, Does::Takes(2)).await, [one(1), one(2)]);
    let hidden_on = Does::HidesAndTakes(5, 2);
    assert_eq!(done_too_late(Made::FIFO, hidden_on).await, [one(1)]);
}
