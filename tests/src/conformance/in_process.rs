//! The in-process bus, with the embedded DynamoDB.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use billing::{CreateInvoice, TaxRate, create_invoice::INVOICES};
use insights::{TrackAnalytics, track_analytics::ANALYTICS};
use jiff::Timestamp;
use notifications::SendOrderConfirmation;
use storefront_mail::MailFolder;
use tempfile::TempDir;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames, idempotency::IdempotencyTable, log::Log, outbox::Outbox,
    relay::Relay, runtime::Surroundings,
};
use tidings_bus::{Bus, EmbeddedDynamoDb, StreamPoller};
use tidings_core::{
    Consumer, Envelope, Incoming as _, Takes,
    catalogue::{IDEMPOTENCY, OUTBOX, Resource, Settings},
    clock::{SystemClock, SystemEntropy},
    ports::{DeadLetter, Publish as _},
};

use super::{Shown, Strike, Transport};
use crate::{dead_letters::Letter, eventually, tables::Tables};

/// The three consumers on a bus in this process.
pub struct InProcess {
    bus: Arc<Bus>,
    relay: StreamPoller,
    tables: Tables,
    heard: Arc<Heard>,
    mail: TempDir,
}

impl InProcess {
    /// Starts it.
    ///
    /// # Errors
    /// When the database does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let database = EmbeddedDynamoDb::in_memory()?;
        for table in [&IDEMPOTENCY, &OUTBOX, &INVOICES, &ANALYTICS] {
            database.create_table(table).await?;
        }
        let bus = Arc::new(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)));
        let mail = TempDir::new()?;
        let tax = Ok(TaxRate::DEFAULT);
        subscribe(&bus, &database, CreateInvoice { tax });
        subscribe(&bus, &database, TrackAnalytics);
        let mailer = Arc::new(MailFolder::create(mail.path())?);
        subscribe(&bus, &database, SendOrderConfirmation { mailer });
        let heard = Arc::new(Heard::default());
        bus.subscribe("heard", Takes::All, (&Settings::DEFAULT).into())
            .consume(heard.clone());
        let outbox = Outbox::new(database.client(), OUTBOX.name);
        let relay = Arc::new(Relay::new(outbox, bus.clone(), Arc::new(SystemClock)));
        Ok(Self {
            bus,
            relay: StreamPoller::new(&database, &OUTBOX, relay)?,
            tables: Tables::new(database.client(), ""),
            heard,
            mail,
        })
    }
}

fn subscribe<C: Consumer>(bus: &Bus, database: &EmbeddedDynamoDb, consumer: C)
where
    C::Guarantee: Run<C>,
{
    let subscription = bus.subscribe(C::NAME, C::Event::takes(), (&C::SETTINGS).into());
    let tables = C::USES.iter().filter_map(Resource::table);
    let tables = tables.map(|table| (table.name, table.name.to_owned()));
    let surroundings = Surroundings {
        records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
        tables: TableNames::new(tables),
        claim_check: None,
        keyring: None,
        outbox: Some(Outbox::new(database.client(), OUTBOX.name)),
        replies: None,
        postpone: Some(subscription.postpone()),
        dead_letters: Some(subscription.dead_letters()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        observe: Arc::new(Log),
    };
    subscription.consume(Arc::new(Runtime::new(consumer, surroundings)));
}

#[async_trait(?Send)]
impl Transport for InProcess {
    fn name(&self) -> &str {
        "in-process bus"
    }

    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn own(&self) -> bool {
        true
    }

    async fn publish(&self, events: &[Envelope]) -> anyhow::Result<()> {
        let results = self.bus.publish(events).await;
        Ok(results.into_iter().collect::<Result<(), _>>()?)
    }

    async fn send(&self, consumer: &str, body: &str) -> anyhow::Result<()> {
        Ok(self.bus.send(consumer, body)?)
    }

    async fn dead_letter(&self, consumer: &str, body: &str) -> anyhow::Result<Letter> {
        eventually(&format!("{consumer} sets the message aside"), async || {
            let dead = self.bus.dead_letters(consumer)?;
            let dead = dead
                .into_iter()
                .find(|dead| dead.body == body)
                .context("it is not there")?;
            let attributes = dead.letter.as_ref().map(attributes).unwrap_or_default();
            Ok(Letter {
                body: dead.body,
                attributes,
            })
        })
        .await
    }

    async fn dead_letters(&self, consumer: &str) -> anyhow::Result<usize> {
        Ok(self.bus.dead_letters(consumer)?.len())
    }

    async fn settled(&self) -> anyhow::Result<()> {
        eventually("nothing is in flight", async || {
            let relayed = self.relay.poll().await?;
            let unsettled = self.bus.unsettled();
            ensure!(relayed + unsettled == 0, "{unsettled} messages are in flight");
            Ok(())
        })
        .await
    }

    async fn heard(&self) -> anyhow::Result<Vec<Envelope>> {
        self.relay.poll().await?;
        let heard = self.heard.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(heard.values().cloned().collect())
    }

    async fn mails(&self, subject: &str) -> anyhow::Result<Option<usize>> {
        mails_in(self.mail.path(), subject).map(Some)
    }

    async fn strike(&self, _: Strike) -> anyhow::Result<Shown> {
        Ok(Shown::Skipped(
            "the bus lives and ends with its process, and its queues with it",
        ))
    }

    async fn begin(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// How many mails of this subject are in a folder.
pub(super) fn mails_in(folder: &std::path::Path, subject: &str) -> anyhow::Result<usize> {
    let line = format!("Subject: {subject}");
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let mail = fs::read_to_string(entry?.path())?;
        count += usize::from(mail.lines().any(|header| header == line));
    }
    Ok(count)
}

/// What SQS would carry as the message's attributes.
fn attributes(letter: &DeadLetter) -> BTreeMap<String, String> {
    let attributes = [
        ("reason", letter.reason.clone()),
        ("consumer", letter.consumer.to_owned()),
        ("attempts", letter.attempts.to_string()),
        ("event", letter.event.clone().unwrap_or_default()),
        ("correlationid", letter.correlation_id.clone().unwrap_or_default()),
    ];
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Keeps every event that is published.
#[derive(Default)]
struct Heard(Mutex<BTreeMap<String, Envelope>>);

#[async_trait]
impl HandleBatch for Heard {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for message in batch.records {
            let event = Envelope::parse(message.body.as_deref().unwrap_or_default());
            let event = event.expect("the bus carries events");
            heard.insert(event.key(), event);
        }
        SqsBatchResponse::default()
    }
}
