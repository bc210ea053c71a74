//! The store of the claim check in S3: the data of events that are too large for the topic.
//!
//! A crate of its own, because of the linker: a binary carries the unwinding tables of every object file that it looked at, and so of this
//! client, if what it names refers to it.

mod bucket;

use async_trait::async_trait;
use aws_sdk_s3::{error::SdkError, operation::get_object::GetObjectError, primitives::ByteStream};
use aws_types::SdkConfig;
use tidings_core::{
    Failure,
    ports::{ClaimCheck, CollectError, MOST_DATA_BYTES, TransportError},
};

pub use bucket::Bucket;

/// The claim check's bucket. References are `s3://<bucket>/<key>`, and no other bucket is read from.
#[derive(Debug)]
pub struct S3ClaimCheck(Bucket);

impl S3ClaimCheck {
    /// The bucket of this name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        Self(Bucket::new(config, bucket))
    }

    /// The key of a reference that this store has given out.
    fn key_of<'r>(&self, dataref: &'r str) -> Option<&'r str> {
        let place = dataref.strip_prefix("s3://")?;
        let key = place.strip_prefix(self.0.name.as_str())?.strip_prefix('/')?;
        (!key.is_empty()).then_some(key)
    }
}

#[async_trait]
impl ClaimCheck for S3ClaimCheck {
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError> {
        let put = self
            .0
            .client()
            .put_object()
            .bucket(&self.0.name)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(data.as_bytes().to_vec()));
        put.send().await.map_err(|error| {
            let error = Failure::from(error);
            TransportError(format!(
                "the event's data was not kept in the bucket {}: {}",
                self.0.name,
                error.reason()
            ))
        })?;
        Ok(format!("s3://{}/{key}", self.0.name))
    }

    async fn collect(&self, dataref: &str) -> Result<String, CollectError> {
        let key = self
            .key_of(dataref)
            .ok_or_else(|| CollectError::Never(format!("{dataref} is not in the bucket {}", self.0.name)))?;
        let get = self.0.client().get_object().bucket(&self.0.name).key(key);
        let object = get.send().await.map_err(|error| not_read(dataref, error))?;
        read(dataref, object.body).await
    }
}

/// What is gone stays gone; everything else may be over next time. S3 tells the two apart only to who may list the bucket (AWS: S3
/// API reference, `GetObject`, permissions); to others, a missing object is an access denied.
fn not_read(dataref: &str, error: SdkError<GetObjectError>) -> CollectError {
    if error
        .as_service_error()
        .is_some_and(GetObjectError::is_no_such_key)
    {
        return CollectError::Never(format!("{dataref} is gone"));
    }
    CollectError::NotNow(Failure::from(error).reason().to_owned())
}

/// Reads a body, and stops where it becomes larger than any event's data: what is in the bucket is not known before.
async fn read(dataref: &str, mut body: ByteStream) -> Result<String, CollectError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| CollectError::NotNow(Failure::from(error).reason().to_owned()))?;
        if bytes.len() + chunk.len() > MOST_DATA_BYTES {
            let reason = format!("{dataref} has more than {MOST_DATA_BYTES} bytes");
            return Err(CollectError::Never(reason));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| CollectError::Never(format!("{dataref} is no text")))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{
        BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
    };
    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// Answers every request so.
    #[derive(Debug, Clone)]
    struct Answers(u16, &'static str);

    impl HttpConnector for Answers {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let status = self.0.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.1))))
        }
    }

    fn store(answers: Answers) -> S3ClaimCheck {
        let connector = SharedHttpConnector::new(answers);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        S3ClaimCheck::new(&config.build(), "claims")
    }

    #[tokio::test]
    async fn what_is_gone_is_gone_and_every_other_refusal_may_be_over_next_time() {
        const GONE: &str = "<Error><Code>NoSuchKey</Code></Error>";
        const DENIED: &str = "<Error><Code>AccessDenied</Code></Error>";
        const SLOW: &str = "<Error><Code>SlowDown</Code></Error>";
        let collect = async |status, body| store(Answers(status, body)).collect("s3://claims/k").await;
        assert_eq!(collect(200, "{}").await.unwrap(), "{}");
        assert!(matches!(collect(404, GONE).await, Err(CollectError::Never(_))));
        for (status, body) in [(403, DENIED), (503, SLOW), (500, "")] {
            let refused = collect(status, body).await;
            assert!(matches!(refused, Err(CollectError::NotNow(_))), "{refused:?}");
        }
        let refused = store(Answers(503, SLOW)).deposit("k", "{}").await.unwrap_err();
        assert!(refused.0.contains("SlowDown"), "{refused}");
        assert_eq!(
            store(Answers(200, "")).deposit("k", "{}").await.unwrap(),
            "s3://claims/k"
        );
    }

    #[test]
    fn only_references_into_the_own_bucket_are_followed() {
        let store = S3ClaimCheck::new(&SdkConfig::builder().build(), "claims");
        assert_eq!(store.key_of("s3://claims/orders/1/x"), Some("orders/1/x"));
        for foreign in [
            "s3://claims",
            "s3://claims/",
            "s3://claims-of-others/x",
            "s3://others/claims/x",
            "https://claims/x",
            "claims/x",
        ] {
            assert_eq!(store.key_of(foreign), None, "{foreign}");
        }
    }

    #[tokio::test]
    async fn reading_ends_where_a_body_is_larger_than_any_data() {
        let most = ByteStream::from("x".repeat(MOST_DATA_BYTES).into_bytes());
        assert_eq!(read("s3://b/k", most).await.unwrap().len(), MOST_DATA_BYTES);
        let more = ByteStream::from("x".repeat(MOST_DATA_BYTES + 1).into_bytes());
        assert!(matches!(
            read("s3://b/k", more).await,
            Err(CollectError::Never(_))
        ));
        let binary = ByteStream::from(vec![0xff]);
        assert!(matches!(
            read("s3://b/k", binary).await,
            Err(CollectError::Never(_))
        ));
    }
}
