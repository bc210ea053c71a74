//! Documents in a bucket of S3: what a deployed function uses.

use async_trait::async_trait;
use aws_sdk_s3::{error::ProvideErrorMetadata as _, primitives::ByteStream};
use aws_types::SdkConfig;
use storefront_providers::KeepDocuments;
use tidings_core::Failure;
use tidings_s3::Bucket;

use crate::name::check_name;

/// What S3 says where there is an object of this name. (409, `ConditionalRequestConflict`, is another writer at this moment, and worth another try.)
const THERE: &str = "PreconditionFailed";

/// Keeps every document as an object.
#[derive(Debug)]
pub struct DocumentBucket(Bucket);

impl DocumentBucket {
    /// Keeps them in the bucket of this name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        Self(Bucket::new(config, bucket))
    }
}

#[async_trait]
impl KeepDocuments for DocumentBucket {
    async fn keep(&self, name: &str, content_type: &str, document: &[u8]) -> Result<(), Failure> {
        check_name(name)?;
        let put = self
            .0
            .client()
            .put_object()
            .bucket(&self.0.name)
            .key(name)
            .content_type(content_type)
            // AWS: S3 user guide, conditional writes. Needs no permission besides the writing.
            .if_none_match("*")
            .body(ByteStream::from(document.to_vec()));
        match put.send().await {
            Err(error) if error.code() == Some(THERE) => Ok(()),
            put => Ok(put.map(drop)?),
        }
    }
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

    /// Answers so, if the invoice is put where it belongs.
    #[derive(Debug, Clone)]
    struct Answers(u16, &'static str);

    impl HttpConnector for Answers {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            assert_eq!(request.method(), "PUT");
            let at = "https://invoices.s3.us-east-1.amazonaws.com/inv-1.pdf?x-id=PutObject";
            assert_eq!(request.uri(), at);
            assert_eq!(request.headers().get("content-type"), Some("application/pdf"));
            assert_eq!(request.headers().get("if-none-match"), Some("*"));
            let status = self.0.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.1))))
        }
    }

    async fn kept(answers: Answers, name: &str) -> Result<(), Failure> {
        let connector = SharedHttpConnector::new(answers);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        let bucket = DocumentBucket::new(&config.build(), "invoices");
        bucket.keep(name, "application/pdf", b"%PDF-1.7").await
    }

    #[tokio::test]
    async fn a_document_is_an_object_of_its_name_and_type() {
        assert_eq!(kept(Answers(200, ""), "inv-1.pdf").await, Ok(()));
    }

    #[tokio::test]
    async fn a_document_that_is_there_stays() {
        const THERE: &str = "<Error><Code>PreconditionFailed</Code></Error>";
        assert_eq!(kept(Answers(412, THERE), "inv-1.pdf").await, Ok(()));
    }

    #[tokio::test]
    async fn a_document_that_is_not_kept_comes_back() {
        const SLOW: &str = "<Error><Code>SlowDown</Code></Error>";
        const DENIED: &str = "<Error><Code>AccessDenied</Code></Error>";
        const MEETS: &str = "<Error><Code>ConditionalRequestConflict</Code></Error>";
        for (status, body, why) in [
            (503, SLOW, "SlowDown"),
            (403, DENIED, "AccessDenied"),
            (409, MEETS, "ConditionalRequestConflict"),
        ] {
            let failed = kept(Answers(status, body), "inv-1.pdf").await.unwrap_err();
            assert!(matches!(failed, Failure::Transient { .. }), "{failed:?}");
            assert!(failed.reason().contains(why), "{failed:?}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_is_refused_as_in_a_folder() {
        let failed = kept(Answers(200, ""), "../inv-1.pdf").await.unwrap_err();
        assert_eq!(failed.class(), "DocumentName");
    }
}
