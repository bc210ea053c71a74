//! The consumers at work, each on its queue.

use std::sync::Arc;

use anyhow::Context as _;
use tidings_aws::{
    Observe,
    log::Log,
    runtime::Surroundings,
    worker::{Limits, Source, Worker},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    deployment::{Deployment, Place},
    outside::{Folders, outside},
};
use crate::{
    local::Terminal,
    registry::ConsumerEntry,
    world::{World, no_replies},
};

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
            worlds.push(outside(deployment, consumer, folders).await?);
        }
        let mut workers = Vec::with_capacity(consumers.len());
        for (consumer, outside) in consumers.iter().zip(worlds) {
            let Place { source, resources } = deployment.place(consumer).await?;
            let topic = deployment.topic(&source)?;
            let surroundings =
                resources.surroundings(&deployment.config, observe(deployment, consumer, shown));
            let surroundings = Surroundings {
                postpone: Some(source.postpone()),
                ..surroundings
            };
            let dynamodb = aws_sdk_dynamodb::Client::new(&deployment.config);
            let world = World::new(
                Arc::new(topic),
                outside,
                dynamodb,
                deployment.tables(consumer.uses),
                deployment.keyring(),
                no_replies(),
            );
            let handler = (consumer.make)(&world, surroundings);
            let worker = Worker::new(source.clone(), handler, Limits::from(&consumer.settings));
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

fn observe(deployment: &Deployment, consumer: &ConsumerEntry, shown: Shown) -> Arc<dyn Observe> {
    let metrics = shown
        .metrics
        .then(|| (consumer.metrics)(deployment.names.function(consumer.name)));
    match (shown.readable, metrics) {
        (true, None) => Arc::new(Terminal),
        (true, Some(metrics)) => Arc::new((Terminal, metrics)),
        (false, None) => Arc::new(Log),
        (false, Some(metrics)) => Arc::new((Log, metrics)),
    }
}
