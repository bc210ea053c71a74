//! SNS and SQS, at whichever endpoint.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use tempfile::TempDir;
use tidings_core::Envelope;
use tokio::{sync::Mutex, time::sleep};

use super::{Shown, Strike, Transport, in_process::mails_in};
use crate::{
    Stack,
    dead_letters::Letter,
    processes::{Frozen, VISIBLE},
    stack::CONSUMERS,
    tables::Tables,
    tap::Tap,
    worker::Worker,
};

/// A process that stands still has no request under way after this time: the emulator has answered all.
const ANSWERED: Duration = Duration::from_millis(150);

/// Who consumes.
pub enum Consuming {
    /// The deployed functions.
    Functions,
    /// `tidings worker`, with what leads it to the endpoint, and arguments of its own.
    Worker {
        /// The environment.
        variables: Vec<(String, String)>,
        /// The arguments.
        arguments: &'static [&'static str],
    },
}

/// A deployed system.
pub struct Deployed<'a> {
    name: &'static str,
    stack: &'a Stack,
    own: bool,
    tap: Mutex<Tap<'a>>,
    consuming: Consuming,
    worker: Mutex<Option<Worker>>,
    mail: TempDir,
}

impl<'a> Deployed<'a> {
    /// The system of `stack`; `own` when it is there for this test alone.
    ///
    /// # Errors
    /// When a queue of the test's own cannot be subscribed, or a worker does not start.
    pub async fn open(
        name: &'static str,
        stack: &'a Stack,
        own: bool,
        consuming: Consuming,
    ) -> anyhow::Result<Self> {
        let deployed = Self {
            name,
            stack,
            own,
            tap: Mutex::new(Tap::open(stack).await?),
            consuming,
            worker: Mutex::new(None),
            mail: TempDir::new()?,
        };
        deployed.begin().await?;
        Ok(deployed)
    }

    /// Ends it, once nothing is left to do. A worker that drains ends by itself.
    ///
    /// # Errors
    /// When the worker ends with a failure.
    pub async fn close(self) -> anyhow::Result<()> {
        let Consuming::Worker { variables, arguments } = &self.consuming else {
            return self.tap.into_inner().close().await;
        };
        let mut worker = self.worker.lock().await;
        let mut ended = worker.take().context("no worker")?;
        stopped_well(&mut ended).await?;
        let arguments = [arguments, &["--drain"][..]].concat();
        let mut draining = Worker::start(self.name, variables, self.mail.path(), &arguments)?;
        let ended = draining.ended().await?;
        ensure!(ended.success(), "a draining worker ended with {ended}");
        drop(worker);
        self.tap.into_inner().close().await
    }

    async fn strike_functions(&self, strike: Strike) -> anyhow::Result<Shown> {
        let (Some(emulator), true) = (self.stack.emulator(), VISIBLE) else {
            return Ok(Shown::Skipped(
                "the functions' processes are not those of an emulator of our own on Linux",
            ));
        };
        if strike == Strike::Stop {
            return Ok(Shown::Skipped(
                "Lambda tells no function of an SQS queue to stop in the middle of a batch",
            ));
        }
        let mut frozen = Frozen::default();
        while frozen.freeze(emulator, &CONSUMERS)? {
            sleep(ANSWERED).await;
        }
        println!("{}: {} function processes killed", self.name, frozen.kill());
        Ok(Shown::Yes)
    }
}

async fn stopped_well(worker: &mut Worker) -> anyhow::Result<()> {
    let ended = worker.stop().await?;
    ensure!(ended.success(), "a stopped worker ended with {ended}");
    Ok(())
}

#[async_trait(?Send)]
impl Transport for Deployed<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn tables(&self) -> &Tables {
        self.stack
    }

    fn own(&self) -> bool {
        self.own
    }

    async fn publish(&self, events: &[Envelope]) -> anyhow::Result<()> {
        self.stack.publish(events).await
    }

    async fn send(&self, consumer: &str, body: &str) -> anyhow::Result<()> {
        let url = self.stack.queue_url(consumer).await?;
        let send = self.stack.sqs.send_message().queue_url(url).message_body(body);
        send.send().await?;
        Ok(())
    }

    async fn dead_letter(&self, consumer: &str, body: &str) -> anyhow::Result<Letter> {
        self.stack.dead_letter(consumer, body).await
    }

    async fn dead_letters(&self, consumer: &str) -> anyhow::Result<usize> {
        Ok(self.stack.depth(&format!("{consumer}-dlq")).await? as usize)
    }

    async fn settled(&self) -> anyhow::Result<()> {
        self.stack.drained().await
    }

    async fn heard(&self) -> anyhow::Result<Vec<Envelope>> {
        self.tap.lock().await.heard().await
    }

    async fn mails(&self, subject: &str) -> anyhow::Result<Option<usize>> {
        match self.consuming {
            Consuming::Worker { .. } => mails_in(self.mail.path(), subject).map(Some),
            Consuming::Functions => {
                let mails = self.stack.mails()?;
                Ok(mails.map(|mails| mails.get(subject).map_or(0, Vec::len)))
            }
        }
    }

    async fn strike(&self, strike: Strike) -> anyhow::Result<Shown> {
        let mut worker = self.worker.lock().await;
        match (worker.as_mut(), strike) {
            (None, strike) => return self.strike_functions(strike).await,
            (Some(worker), Strike::Stop) => stopped_well(worker).await?,
            (Some(worker), Strike::Kill) => worker.kill().await?,
        }
        Ok(Shown::Yes)
    }

    async fn begin(&self) -> anyhow::Result<()> {
        if let Consuming::Worker { variables, arguments } = &self.consuming {
            let begun = Worker::start(self.name, variables, self.mail.path(), arguments)?;
            *self.worker.lock().await = Some(begun);
        }
        Ok(())
    }
}
