//! SQS inside the process: what a client of the real SDK sees of visibility, groups, deduplication
//! and sizes; and the letters of a bus behind it.

use std::{sync::Arc, time::Duration};

use aws_sdk_sqs::Client;
use tidings_bus::{
    Bus, DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, EmbeddedDynamoDb, EmbeddedSqs, QueueSettings,
};
use tidings_core::{
    Takes,
    catalogue::Settings,
    clock::{SystemClock, SystemEntropy},
    ports::DeadLetter,
};

const HOUR: Duration = Duration::from_secs(3600);

fn sqs() -> EmbeddedSqs {
    EmbeddedSqs::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

async fn receive(client: &Client, queue: &str, hidden: i32) -> Vec<aws_sdk_sqs::types::Message> {
    let receive = client
        .receive_message()
        .queue_url(format!("http://embedded/{queue}"));
    let receive = receive.max_number_of_messages(10).visibility_timeout(hidden);
    receive.send().await.unwrap().messages.unwrap_or_default()
}

fn bodies(messages: &[aws_sdk_sqs::types::Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body().unwrap()).collect()
}

#[tokio::test]
async fn what_is_received_is_hidden_until_it_is_let_go_of_or_deleted() {
    let sqs = sqs();
    sqs.create("dlq", HOUR, HOUR);
    let client = sqs.client();
    let url = client
        .get_queue_url()
        .queue_name("dlq")
        .send()
        .await
        .unwrap()
        .queue_url
        .unwrap();
    client
        .send_message()
        .queue_url(&url)
        .message_body("a")
        .send()
        .await
        .unwrap();
    let received = receive(&client, "dlq", 60).await;
    assert_eq!(bodies(&received), ["a"]);
    assert!(receive(&client, "dlq", 60).await.is_empty(), "hidden");
    let receipt = received[0].receipt_handle().unwrap();
    let release = client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(receipt);
    release.visibility_timeout(0).send().await.unwrap();
    let again = receive(&client, "dlq", 60).await;
    assert_eq!(bodies(&again), ["a"]);
    let stale = client
        .delete_message()
        .queue_url(&url)
        .receipt_handle(receipt)
        .send()
        .await;
    assert!(
        stale.is_ok() && sqs.messages("dlq").len() == 1,
        "a stale receipt deletes nothing"
    );
    let receipt = again[0].receipt_handle().unwrap();
    client
        .delete_message()
        .queue_url(&url)
        .receipt_handle(receipt)
        .send()
        .await
        .unwrap();
    assert!(sqs.messages("dlq").is_empty());

    let missing = client.get_queue_url().queue_name("no").send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_queue_does_not_exist());
    let large = client
        .send_message()
        .queue_url(&url)
        .message_body("x".repeat(1024 * 1024 + 1))
        .send()
        .await;
    assert!(large.is_err(), "1 MiB at most");
}

#[tokio::test]
async fn of_a_group_nothing_is_handed_out_behind_what_is_hidden_and_what_is_known_is_dropped() {
    let sqs = sqs();
    sqs.create("dlq.fifo", HOUR, HOUR);
    let client = sqs.client();
    for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("a1", "a")] {
        let send = client
            .send_message()
            .queue_url("http://embedded/dlq.fifo")
            .message_body(body);
        send.message_group_id(group)
            .message_deduplication_id(body)
            .send()
            .await
            .unwrap();
    }
    let first = client
        .receive_message()
        .queue_url("http://embedded/dlq.fifo")
        .send()
        .await
        .unwrap();
    assert_eq!(bodies(first.messages()), ["a1"]);
    assert_eq!(
        bodies(&receive(&client, "dlq.fifo", 60).await),
        ["b1"],
        "a2 is behind a1"
    );
    let without = client
        .send_message()
        .queue_url("http://embedded/dlq.fifo")
        .message_body("c")
        .send()
        .await;
    assert!(without.is_err(), "a FIFO queue wants a group");
}

#[tokio::test]
async fn operators_get_at_the_letters_of_a_bus_and_what_they_delete_is_out_of_its_file() {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&DEAD_LETTERS).await.unwrap();
    let table = DeadLetterTable::of(&database);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let letters = DeadLetterQueues::new(sqs(), table.clone());
    let bus = Arc::new(Bus::new(clock, entropy).with_dead_letters(Arc::new(letters.clone())));
    let settings = QueueSettings::from(&Settings::DEFAULT);
    let listen = bus.subscribe("listen", Takes::All, settings);
    letters.open_named(Some(&bus), [("listen", false)]).unwrap();
    let letter = DeadLetter {
        body: "a body".into(),
        message_id: "m-1".into(),
        group: None,
        reason: "it is no event".into(),
        class: "EnvelopeError".into(),
        consumer: "listen",
        attempts: 4,
        first_failed: jiff::Timestamp::UNIX_EPOCH,
        event: None,
        correlation_id: None,
    };
    listen.dead_letters().set_aside(&letter).await.unwrap();

    let client = letters.sqs().client();
    let receive = client.receive_message().queue_url("http://embedded/listen-dlq");
    let received = receive
        .message_attribute_names("All")
        .send()
        .await
        .unwrap()
        .messages
        .unwrap();
    let class = received[0].message_attributes().unwrap()["class"].string_value();
    assert_eq!(
        (received[0].body(), class),
        (Some("a body"), Some("EnvelopeError"))
    );
    // Sent back, it is the bus's; deleted, it is out of the table.
    let send = client
        .send_message()
        .queue_url("http://embedded/listen")
        .message_body("a body");
    send.send().await.unwrap();
    assert_eq!(bus.unsettled(), 1);
    let receipt = received[0].receipt_handle().unwrap();
    let delete = client.delete_message().queue_url("http://embedded/listen-dlq");
    delete.receipt_handle(receipt).send().await.unwrap();
    assert!(table.all().unwrap().is_empty());

    // What the table has when the queues are opened is there.
    listen.dead_letters().set_aside(&letter).await.unwrap();
    let later = DeadLetterQueues::new(sqs(), table);
    later.open_named(None, [("listen", false)]).unwrap();
    let kept = later.sqs().messages("listen-dlq");
    assert_eq!((kept.len(), kept[0].attributes["attempts"].as_str()), (1, "4"));
    let nobody = later
        .sqs()
        .client()
        .send_message()
        .queue_url("http://embedded/listen")
        .message_body("x");
    assert!(nobody.send().await.is_err(), "nobody runs it");
    assert_eq!(later.sqs().messages("listen").len(), 0);
}
