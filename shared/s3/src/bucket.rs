//! A bucket, and the client that reaches it.

use std::{sync::OnceLock, time::Duration};

use aws_sdk_s3::{Client, config};
use aws_types::SdkConfig;

/// How long one request may take: a large body takes longer than a request of the other services.
const ATTEMPT: Duration = Duration::from_secs(5);

/// A bucket of S3.
#[derive(Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    config: SdkConfig,
    /// Made at the first request: most functions never make one, and their cold start must not pay for it.
    client: OnceLock<Client>,
}

impl Bucket {
    /// The bucket of this name.
    #[must_use]
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            config: config.clone(),
            client: OnceLock::new(),
        }
    }

    /// The client for its requests, each of which has five seconds a try.
    pub fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let timeouts = self.config.timeout_config().map(|timeouts| timeouts.to_builder());
            let timeouts = timeouts.unwrap_or_default().operation_attempt_timeout(ATTEMPT);
            let config = config::Builder::from(&self.config)
                .timeout_config(timeouts.build())
                // An endpoint of one's own (an emulator) seldom has a host name for every bucket.
                .force_path_style(self.config.endpoint_url().is_some());
            Client::from_conf(config.build())
        })
    }
}
