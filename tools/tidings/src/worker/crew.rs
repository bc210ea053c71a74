//! The consumers at work, each on its queue.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use storefront_providers::{MailFolder, Mailer, Outside, mailer};
use tidings_aws::{
    Observe,
    log::Log,
    runtime::Surroundings,
    worker::{Limits, Source, Worker},
};
use tidings_core::catalogue::Resource;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::deployment::{Deployment, Place};
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
    /// Finds everything that these consumers need. Mail goes into the folder `mail`, or through SES as when deployed.
    pub async fn muster(
        deployment: &Deployment,
        consumers: &[&ConsumerEntry],
        mail: Option<&Path>,
        shown: Shown,
    ) -> anyhow::Result<Self> {
        let outside = outside(deployment, consumers, mail)?;
        let mut workers = Vec::with_capacity(consumers.len());
        for consumer in consumers {
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
                outside.clone(),
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

/// The providers that these consumers declare, as when deployed; mail goes into `folder` instead, if there is one.
fn outside(
    deployment: &Deployment,
    consumers: &[&ConsumerEntry],
    folder: Option<&Path>,
) -> anyhow::Result<Outside> {
    let sends = |consumer: &&ConsumerEntry| consumer.uses.contains(&Resource::Mail);
    let mailer: Arc<dyn Mailer> = match (folder, consumers.iter().find(|consumer| sends(consumer))) {
        (Some(folder), _) => Arc::new(
            MailFolder::create(folder).with_context(|| format!("the mail folder {}", folder.display()))?,
        ),
        (None, Some(consumer)) => mailer(&deployment.config)
            .with_context(|| format!("{} sends mail: --mail <FOLDER> keeps it here", consumer.name))?,
        (None, None) => return Ok(Outside::nobody()),
    };
    Ok(Outside {
        mailer,
        ..Outside::nobody()
    })
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
