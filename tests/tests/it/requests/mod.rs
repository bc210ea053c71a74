//! Commands and answers on SQS, as an emulator of the test's own has it: no function is deployed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context as _;
use aws_sdk_sqs::{Client, types::QueueAttributeName};
use jiff::{SignedDuration, Timestamp};
use storefront_contracts::{QuoteShipping, ShippingQuote};
use tidings_aws::{
    commands::CommandQueues,
    request::{
        Dropped, ObserveReplies, OwnReplyQueue, ReplyQueues, Requester,
        reaper::{ABANDONED, Reaped, reap},
    },
};
use tidings_core::{
    Actor, Clock, Command as _, Envelope,
    causation::Origin,
    clock::{SystemClock, SystemEntropy},
    command::{Answering, answer, issue},
    ports::{ReceiveReplies as _, Replied, Reply as _, SendCommand as _},
    request::ReplyTo,
};
use tidings_tests::{emulator::Emulator, stack::configuration};
use uuid::Uuid;

const PREFIX: &str = "shop-replies-";

/// SQS, and nothing in it.
struct Queues {
    sqs: Client,
    _emulator: Emulator,
}

impl Queues {
    async fn open(name: &str) -> anyhow::Result<Self> {
        let emulator = Emulator::bare(name)?;
        let sqs = Client::new(&configuration(emulator.endpoint()).await);
        Ok(Self {
            sqs,
            _emulator: emulator,
        })
    }

    async fn create(&self, name: &str, renewed: Option<Timestamp>) -> anyhow::Result<String> {
        let create = self.sqs.create_queue().queue_name(name);
        let create = match renewed {
            Some(time) => create.tags("tidings-renewed", time.as_second().to_string()),
            None => create,
        };
        create.send().await?.queue_url.context("a queue without URL")
    }

    async fn names(&self) -> anyhow::Result<Vec<String>> {
        let urls = self
            .sqs
            .list_queues()
            .send()
            .await?
            .queue_urls
            .unwrap_or_default();
        let mut names: Vec<_> = urls
            .iter()
            .filter_map(|url| Some(url.rsplit_once('/')?.1.to_owned()))
            .collect();
        names.sort();
        Ok(names)
    }

    fn own(&self, clock: Arc<dyn Clock>) -> OwnReplyQueue {
        OwnReplyQueue::new(self.sqs.clone(), PREFIX, clock, Arc::new(SystemEntropy))
    }
}

/// A clock that a test moves.
struct Moved(Mutex<Timestamp>);

impl Moved {
    fn pass(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[derive(Default)]
struct Counted(Mutex<Vec<Dropped>>);

impl ObserveReplies for Counted {
    fn dropped(&self, dropped: Dropped) {
        self.0.lock().unwrap().push(dropped);
    }
}

#[tokio::test]
async fn the_reaper_deletes_the_reply_queues_that_nobody_renews_and_no_other() -> anyhow::Result<()> {
    let queues = Queues::open("reaper").await?;
    let now = Timestamp::now();
    let ago = |time: Duration| now - SignedDuration::try_from(time).unwrap();
    let minute = Duration::from_secs(60);
    queues
        .create("shop-replies-00000000000000aa", Some(ago(ABANDONED)))
        .await?;
    queues
        .create("shop-replies-00000000000000bb", Some(ago(ABANDONED - minute)))
        .await?;
    // Just made, by somebody who could not tag it.
    queues.create("shop-replies-00000000000000cc", None).await?;
    // Another stage's, another system's, and one that only begins so.
    queues
        .create("beta-shop-replies-00000000000000aa", Some(ago(ABANDONED)))
        .await?;
    queues
        .create("shop-replies-of-bears", Some(ago(ABANDONED)))
        .await?;
    let reaped = reap(&queues.sqs, PREFIX, now).await.unwrap();
    let gone = "shop-replies-00000000000000aa".to_owned();
    let expected = Reaped {
        deleted: vec![gone],
        kept: 2,
        failed: Vec::new(),
    };
    assert_eq!(reaped, expected);
    assert_eq!(
        queues.names().await?,
        [
            "beta-shop-replies-00000000000000aa",
            "shop-replies-00000000000000bb",
            "shop-replies-00000000000000cc",
            "shop-replies-of-bears"
        ]
    );
    // An hour later nobody has renewed the other two, and one of them has no tag.
    let later = now + SignedDuration::try_from(ABANDONED).unwrap();
    assert_eq!(reap(&queues.sqs, PREFIX, later).await.unwrap().deleted.len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_owner_renews_its_queue_and_makes_another_when_it_was_reaped() -> anyhow::Result<()> {
    let queues = Queues::open("owner").await?;
    let clock = Arc::new(Moved(Mutex::new(Timestamp::now())));
    let own = queues.own(clock.clone());
    assert_eq!(
        queues.names().await?,
        [""; 0],
        "it is made when it is first needed"
    );
    let name = own.queue().await?;
    assert!(name.starts_with(PREFIX));

    clock.pass(ABANDONED);
    assert_eq!(own.queue().await?, name, "it is renewed before it is used again");
    let reaped = reap(&queues.sqs, PREFIX, clock.now()).await.unwrap();
    assert_eq!((reaped.deleted.len(), reaped.kept), (0, 1));

    clock.pass(ABANDONED);
    let reaped = reap(&queues.sqs, PREFIX, clock.now()).await.unwrap();
    assert_eq!(reaped.deleted, [name.as_str()]);
    let another = own.queue().await?;
    assert_ne!(another, name);
    assert_eq!(queues.names().await?, [another]);
    own.delete().await?;
    assert_eq!(queues.names().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_question_goes_to_its_handlers_queue_and_its_answer_comes_back() -> anyhow::Result<()> {
    let queues = Queues::open("asking").await?;
    let fifo = queues.sqs.create_queue().queue_name("handle-quote-shipping.fifo");
    let fifo = fifo
        .attributes(QueueAttributeName::FifoQueue, "true")
        .attributes(QueueAttributeName::DeduplicationScope, "messageGroup")
        .attributes(QueueAttributeName::FifoThroughputLimit, "perMessageGroupId");
    let handler = fifo.send().await?.queue_url.context("a queue without URL")?;
    let names = [(QuoteShipping::TYPE, "handle-quote-shipping.fifo".to_owned())];
    let commands = Arc::new(CommandQueues::new(queues.sqs.clone(), names));
    let own = Arc::new(queues.own(Arc::new(SystemClock)));
    let counted: Arc<Counted> = Arc::default();
    let requester = Requester::new(
        commands.clone(),
        own.clone(),
        Arc::new(SystemEntropy),
        counted.clone(),
    );
    let requester = Arc::new(requester.patient_for(Duration::from_secs(60)));

    // The same command asked for twice is two messages of one group, and one that is sent twice is one.
    let ask = || {
        let requester = requester.clone();
        tokio::spawn(async move { requester.ask::<QuoteShipping>(command()).await })
    };
    let (one, other) = (ask(), ask());
    commands.send(&command()).await?;
    commands.send(&command()).await?;
    let received = receive(&queues.sqs, &handler, 3).await?;
    let asking: Vec<_> = received.iter().filter_map(ReplyTo::of).collect();
    assert_eq!((received.len(), asking.len()), (3, 2));

    let replies = ReplyQueues::beside(queues.sqs.clone(), &handler);
    let data = serde_json::to_value(quote())?;
    for command in received.iter().filter(|command| ReplyTo::of(command).is_some()) {
        let by = Answering {
            handler: "handle-quote-shipping",
            service: "shipping",
            version: 1,
        };
        let answer = answer(&data, command, by, Timestamp::now())?;
        let queue = ReplyTo::of(command).unwrap().queue;
        assert_eq!(replies.reply(&queue, &answer).await?, Replied::Sent);
    }
    assert_eq!((one.await??, other.await??), (quote(), quote()));
    assert_eq!(*counted.0.lock().unwrap(), []);

    let gone = "shop-replies-0000000000000000";
    assert_eq!(replies.reply(gone, &command()).await?, Replied::Gone);
    Ok(())
}

fn quote() -> ShippingQuote {
    serde_json::from_str(r#"{"outcome":"quoted","price":{"amount":549,"currency":"EUR"}}"#).unwrap()
}

fn command() -> Envelope {
    let quote = QuoteShipping {
        quote_id: "quo-1".into(),
        country: "DE".into(),
        weight_grams: 500,
    };
    let origin = Origin {
        source: "/tests".into(),
        id: Uuid::from_u128(1),
        time: Timestamp::now(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    issue(&quote, origin).unwrap()
}

/// Takes `count` messages, or as many as come within some polls.
async fn receive(sqs: &Client, url: &str, count: usize) -> anyhow::Result<Vec<Envelope>> {
    let mut received = Vec::new();
    for _ in 0..20 {
        let poll = sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let answer = poll.wait_time_seconds(1).send().await?;
        for message in answer.messages.unwrap_or_default() {
            received.push(Envelope::parse(message.body().unwrap_or_default())?);
            let delete = sqs.delete_message().queue_url(url);
            let receipt = message.receipt_handle.unwrap_or_default();
            delete.receipt_handle(receipt).send().await?;
        }
        if received.len() >= count {
            break;
        }
    }
    Ok(received)
}
