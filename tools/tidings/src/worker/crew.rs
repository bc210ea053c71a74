//! The consumers at work, each on its queue.

use std::{io::stdout, sync::Arc};

use anyhow::{Context as _, anyhow};
use tidings_aws::{
    ConsumerEntry, Observe, Runtime, Setting,
    log::Log,
    metrics::Metrics,
    runtime::Surroundings,
    worker::{Limits, Source, Worker},
};
use tidings_core::consumer::Declared;
use tidings_lambda::adapters::of_consumer;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    deployment::{Deployment, Place},
    outside::{Folders, outside},
};
use crate::local::Terminal;

/// How what happens is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// As readable lines; else as the JSON lines of a function's log.
    pub readable: bool,
    /// Also as metrics.
    pub metrics: bool,
}

/// Consumers and their queues.
pub struct Crew {
    workers: Vec<(Source, Arc<Worker>)>,
}

impl Crew {
    /// Finds everything that these consumers need.
    pub async fn muster(
        deployment: &Deployment,
        consumers: &[&ConsumerEntry],
        folders: &Folders,
        shown: Shown,
    ) -> anyhow::Result<Self> {
        // Before any queue is looked for: what the user has to say is told first.
        let mut worlds = Vec::with_capacity(consumers.len());
        for consumer in consumers {
            worlds.push(outside(deployment, consumer.declared(), folders).await?);
        }
        let mut workers = Vec::with_capacity(consumers.len());
        for (consumer, outside) in consumers.iter().zip(worlds) {
            let declared = consumer.declared();
            let Place { source, resources } = deployment.place(declared).await?;
            let observe = observe(deployment, declared, shown);
            let surroundings = resources.surroundings(&deployment.config, of_consumer(declared), observe);
            let surroundings = Surroundings {
                postpone: Some(source.postpone()),
                ..surroundings
            };
            let dynamodb = aws_sdk_dynamodb::Client::new(&deployment.config);
            let tables = deployment.tables(declared.uses);
            let setting = Setting::new(deployment.config.clone(), dynamodb, tables)
                .with_keyring(surroundings.keyring.clone())
                .with(outside);
            let handler = consumer.handler(&setting).await;
            let handler = handler.map_err(|error| anyhow!("{} cannot be made: {error}", declared.name))?;
            let limits = Limits::from(&declared.settings);
            let runtime = Runtime::new(handler, surroundings);
            let worker = Worker::new(source.clone(), Arc::new(runtime), limits);
            workers.push((source, worker));
        }
        Ok(Self { workers })
    }

    pub fn queues(&self) -> Vec<Source> {
        self.workers.iter().map(|(source, _)| source.clone()).collect()
    }

    /// Works until `stop` is cancelled and what is in hand is finished.
    pub async fn work(self, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut working = JoinSet::new();
        for (_, worker) in self.workers {
            working.spawn(worker.run(stop.clone()));
        }
        while let Some(ended) = working.join_next().await {
            ended.context("a worker ended by itself")?;
        }
        Ok(())
    }
}

fn observe(deployment: &Deployment, consumer: &Declared, shown: Shown) -> Arc<dyn Observe> {
    let function = || deployment.names.function(consumer.name);
    let metrics = shown
        .metrics
        .then(|| Metrics::written_to(consumer, function(), stdout()));
    match (shown.readable, metrics) {
        (true, None) => Arc::new(Terminal),
        (true, Some(metrics)) => Arc::new((Terminal, metrics)),
        (false, None) => Arc::new(Log),
        (false, Some(metrics)) => Arc::new((Log, metrics)),
    }
}
