//! The worker's loop on a queue of its own, with handlers that do what they should not.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tidings_aws::{
    HandleBatch,
    worker::{Limits, Source, Worker},
};
use tidings_tests::{emulator::Emulator, eventually, stack::configuration};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

/// For how long the queue hides a received message.
const HIDDEN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_batch_that_takes_longer_than_its_queue_hides_messages_is_handled_once() -> anyhow::Result<()> {
    let queue = Queue::open("worker-renewing").await?;
    queue.send(&["long"]).await?;
    let handler = Handler::new(|_, _| {
        Box::pin(async {
            sleep(HIDDEN * 3).await;
            Vec::new()
        })
    });
    let working = queue.work(&handler, HIDDEN * 5);
    queue.empty().await?;
    working.stop().await?;
    assert_eq!(handler.seen(), ["long"]);
    Ok(())
}

/// The other message keeps the batch going, and that must not keep the postponed one hidden.
#[tokio::test]
async fn a_message_that_was_postponed_comes_back_while_its_batch_is_still_worked_on() -> anyhow::Result<()> {
    let queue = Queue::open("worker-postponed").await?;
    queue.send(&["one", "other"]).await?;
    let (postpone, again) = (queue.source.postpone(), CancellationToken::new());
    let handler = Handler::new(move |batch, messages| {
        let (postpone, again) = (postpone.clone(), again.clone());
        Box::pin(async move {
            if batch > 1 {
                again.cancel();
                return Vec::new();
            }
            let (id, receipt) = names(&messages[0]);
            let postponed = postpone.postpone(&receipt, HIDDEN).await;
            postponed.expect("the emulator lets a message be postponed");
            again.cancelled().await;
            vec![id]
        })
    });
    // The batch ends because the message came back. If that kept it hidden, the batch would be abandoned with both of them.
    let working = queue.work(&handler, HIDDEN * 4);
    queue.empty().await?;
    working.stop().await?;
    assert_eq!(
        handler.seen().len(),
        3,
        "two messages, one of them twice: {:?}",
        handler.seen()
    );
    Ok(())
}

#[tokio::test]
async fn a_batch_that_misses_its_deadline_is_abandoned_and_comes_back() -> anyhow::Result<()> {
    let queue = Queue::open("worker-late").await?;
    queue.send(&["late"]).await?;
    let handler = Handler::new(|batch, _| {
        Box::pin(async move {
            if batch == 1 {
                std::future::pending::<()>().await;
            }
            Vec::new()
        })
    });
    let working = queue.work(&handler, Duration::from_secs(1));
    queue.empty().await?;
    working.stop().await?;
    assert_eq!(handler.seen(), ["late", "late"]);
    Ok(())
}

#[tokio::test]
async fn a_batch_whose_handler_panics_or_names_an_unknown_message_comes_back() -> anyhow::Result<()> {
    let queue = Queue::open("worker-failed").await?;
    queue.send(&["message"]).await?;
    let handler = Handler::new(|batch, _| {
        Box::pin(async move {
            match batch {
                1 => panic!("the handler as a whole"),
                2 => vec!["nobody's".to_owned()],
                3 => vec![String::new()],
                _ => Vec::new(),
            }
        })
    });
    let working = queue.work(&handler, HIDDEN);
    queue.empty().await?;
    working.stop().await?;
    assert_eq!(handler.seen().len(), 4, "{:?}", handler.seen());
    Ok(())
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_finishes_its_batch_and_begins_no_other() -> anyhow::Result<()> {
    let queue = Queue::open("worker-stopping").await?;
    queue.send(&["in hand"]).await?;
    let finish = CancellationToken::new();
    let may_finish = finish.clone();
    let handler = Handler::new(move |_, _| {
        let may_finish = may_finish.clone();
        Box::pin(async move {
            may_finish.cancelled().await;
            Vec::new()
        })
    });
    let working = queue.work(&handler, HIDDEN * 10);
    eventually("the batch is begun", async || {
        ensure!(!handler.seen().is_empty(), "it is not");
        Ok(())
    })
    .await?;
    working.stop.cancel();
    queue.send(&["too late"]).await?;
    // Longer than the worker waits for the receive that is under way: its messages, if it gets any, are given back.
    sleep(HIDDEN).await;
    ensure!(!working.worker.is_finished(), "it does not wait for its batch");
    finish.cancel();
    working.stop().await?;
    assert_eq!(handler.seen(), ["in hand"]);
    assert_eq!(
        queue.source.depth().await?,
        1,
        "what was in hand is deleted, and the other is there"
    );
    Ok(())
}

/// A queue on an emulator of the test's own.
struct Queue {
    source: Source,
    sqs: aws_sdk_sqs::Client,
    _emulator: Emulator,
}

impl Queue {
    async fn open(name: &str) -> anyhow::Result<Self> {
        let emulator = Emulator::bare(name)?;
        let sqs = aws_sdk_sqs::Client::new(&configuration(emulator.endpoint()).await);
        let hidden = HIDDEN.as_secs().to_string();
        let create = sqs.create_queue().queue_name(name);
        create
            .attributes(QueueAttributeName::VisibilityTimeout, hidden)
            .send()
            .await?;
        Ok(Self {
            source: Source::find(sqs.clone(), name).await?,
            sqs,
            _emulator: emulator,
        })
    }

    /// Sends messages, so that one receive can have them all.
    async fn send(&self, bodies: &[&str]) -> anyhow::Result<()> {
        let mut send = self.sqs.send_message_batch().queue_url(self.source.url());
        for (index, body) in bodies.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
            send = send.entries(entry.message_body(*body).build()?);
        }
        let failed = send.send().await?.failed;
        ensure!(failed.is_empty(), "{failed:?}");
        Ok(())
    }

    fn work(&self, handler: &Arc<Handler>, timeout: Duration) -> Working {
        let limits = Limits {
            timeout,
            batch_size: 10,
            maximum_concurrency: 2,
        };
        let stop = CancellationToken::new();
        let worker = Worker::new(self.source.clone(), handler.clone(), limits);
        Working {
            worker: tokio::spawn(worker.run(stop.clone())),
            stop,
        }
    }

    async fn empty(&self) -> anyhow::Result<()> {
        eventually("the queue is empty", async || {
            let depth = self.source.depth().await?;
            ensure!(depth == 0, "it holds {depth} messages");
            Ok(())
        })
        .await
    }
}

/// A worker in this process.
struct Working {
    worker: JoinHandle<()>,
    stop: CancellationToken,
}

impl Working {
    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.worker.await.context("the worker")
    }
}

type Script = dyn Fn(usize, Vec<SqsMessage>) -> BoxFuture<'static, Vec<String>> + Send + Sync;

/// Does with a batch what its script says, from the batch's number (1 is the first) and messages: the ids of those that failed.
struct Handler {
    script: Box<Script>,
    batches: Mutex<Vec<Vec<String>>>,
}

impl Handler {
    fn new(
        script: impl Fn(usize, Vec<SqsMessage>) -> BoxFuture<'static, Vec<String>> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Box::new(script),
            batches: Mutex::default(),
        })
    }

    /// The bodies of all messages that were handed over.
    fn seen(&self) -> Vec<String> {
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.concat()
    }
}

#[async_trait]
impl HandleBatch for Handler {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let number = {
            let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
            let bodies = batch.records.iter().filter_map(|message| message.body.clone());
            batches.push(bodies.collect());
            batches.len()
        };
        let failed = (self.script)(number, batch.records).await;
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed);
        response
    }
}

/// A message's id and receipt handle.
fn names(message: &SqsMessage) -> (String, String) {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    (name(&message.message_id), name(&message.receipt_handle))
}
