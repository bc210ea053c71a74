//! The topic of a relay.

use std::sync::Arc;

use aws_types::SdkConfig;
use tidings_aws::environment::{ConfigError, optional, required};
use tidings_core::ports::Publish;
use tidings_sns::Topic;

use crate::adapters::claim_check;

/// The topic `TOPIC_ARN`, which keeps the data of large events in `CLAIM_CHECK_BUCKET`, where the infrastructure has made one.
#[inline]
pub(crate) fn open(config: &SdkConfig) -> Result<Arc<dyn Publish>, ConfigError> {
    let topic = Topic::new(aws_sdk_sns::Client::new(config), required("TOPIC_ARN")?);
    let bucket = optional("CLAIM_CHECK_BUCKET");
    Ok(Arc::new(topic.with_claim_check(
        bucket.map(|bucket| claim_check(config, bucket)),
    )))
}
