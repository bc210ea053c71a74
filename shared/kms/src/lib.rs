//! Wrapping by KMS: the wrapping key never leaves it, and CloudTrail records every use.
//!
//! A crate of its own for the same reason as that of S3: a function without personal values does not carry the client.

use std::sync::OnceLock;

use async_trait::async_trait;
use aws_sdk_kms::{
    Client, error::SdkError, operation::decrypt::DecryptError, primitives::Blob, types::DataKeySpec,
};
use aws_types::SdkConfig;
use tidings_core::{
    Failure,
    personal::{KeyBytes, KeyWrap, NewKey, WrapError},
};

/// The name under which the person stands in the encryption context, by which KMS binds a wrapped key to its person (AWS: KMS,
/// encryption context). CloudTrail records it: a person's id must be no secret.
const PERSON: &str = "person";

/// One symmetric KMS key.
#[derive(Debug)]
pub struct KmsKeyWrap {
    config: SdkConfig,
    key: String,
    /// Made when a personal value comes, so that a cold start need not pay for it.
    client: OnceLock<Client>,
}

impl KmsKeyWrap {
    /// The key of this id, ARN or alias (`alias/…`).
    #[must_use]
    pub fn new(config: &SdkConfig, key: impl Into<String>) -> Self {
        Self {
            config: config.clone(),
            key: key.into(),
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.config))
    }
}

#[async_trait]
impl KeyWrap for KmsKeyWrap {
    async fn generate(&self, person: &str) -> Result<NewKey, WrapError> {
        let generate = self
            .client()
            .generate_data_key()
            .key_id(&self.key)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context(PERSON, person);
        let made = generate
            .send()
            .await
            .map_err(|error| WrapError::NotNow(Failure::from(error).reason().to_owned()))?;
        // What was sealed with a key that nobody kept would be lost.
        let unkept = || WrapError::NotNow("KMS answers a key without its ciphertext".to_owned());
        let wrapped = made.ciphertext_blob.ok_or_else(unkept)?.into_inner();
        Ok(NewKey {
            key: bytes(made.plaintext)?,
            wrapped,
        })
    }

    async fn unwrap(&self, person: &str, wrapped: &[u8]) -> Result<KeyBytes, WrapError> {
        let decrypt = self
            .client()
            .decrypt()
            .key_id(&self.key)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context(PERSON, person);
        match decrypt.send().await {
            Ok(unwrapped) => bytes(unwrapped.plaintext),
            Err(error) => {
                let why = why(&error);
                Err(why(Failure::from(error).reason().to_owned()))
            }
        }
    }
}

/// Only where the ciphertext itself is at fault it is given up. A wrapping key that is disabled, or about to be deleted, can be brought back; and one
/// that is not the right one can be exchanged for it (AWS: KMS API reference, Decrypt: `IncorrectKeyException`).
fn why(error: &SdkError<DecryptError>) -> fn(String) -> WrapError {
    match error.as_service_error() {
        Some(error) if error.is_invalid_ciphertext_exception() => WrapError::Never,
        Some(error) if error.is_incorrect_key_exception() => WrapError::OtherKey,
        _ => WrapError::NotNow,
    }
}

fn bytes(key: Option<Blob>) -> Result<KeyBytes, WrapError> {
    let key = key.map(Blob::into_inner).unwrap_or_default();
    let not_256 =
        |key: Vec<u8>| WrapError::Never(format!("KMS answers a key of {} bytes, not 32", key.len()));
    key.try_into().map_err(not_256)
}

#[cfg(test)]
mod tests {
    use aws_sdk_kms::config::{
        BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
    };
    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// Answers every request so, if it names the person.
    #[derive(Debug, Clone)]
    struct Answers(u16, &'static str);

    impl HttpConnector for Answers {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let asked = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
            assert!(
                asked.contains(r#""EncryptionContext":{"person":"u-1"}"#),
                "{asked}"
            );
            assert!(asked.contains(r#""KeyId":"alias/keys""#), "{asked}");
            let status = self.0.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.1))))
        }
    }

    fn kms(status: u16, body: &'static str) -> KmsKeyWrap {
        let connector = SharedHttpConnector::new(Answers(status, body));
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        KmsKeyWrap::new(&config.build(), "alias/keys")
    }

    #[tokio::test]
    async fn a_key_is_made_and_unwrapped_for_its_person() {
        let made =
            r#"{"CiphertextBlob":"d3JhcHBlZA==","Plaintext":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}"#;
        let key = kms(200, made).generate("u-1").await.unwrap();
        assert_eq!(
            (key.key, key.wrapped.as_slice()),
            ([1; 32], b"wrapped".as_slice())
        );
        assert_eq!(kms(200, made).unwrap("u-1", b"wrapped").await, Ok([1; 32]));
    }

    #[tokio::test]
    async fn only_a_ciphertext_that_is_none_is_given_up() {
        let unwrap = async |status, body| kms(status, body).unwrap("u-1", b"wrapped").await;
        let none = r#"{"__type":"InvalidCiphertextException"}"#;
        assert!(matches!(unwrap(400, none).await, Err(WrapError::Never(_))));
        for later in [
            "AccessDeniedException",
            "DisabledException",
            "KMSInvalidStateException",
            "ThrottlingException",
        ] {
            let body: &'static str = format!(r#"{{"__type":"{later}"}}"#).leak();
            assert!(
                matches!(unwrap(400, body).await, Err(WrapError::NotNow(_))),
                "{later}"
            );
            assert!(
                matches!(kms(400, body).generate("u-1").await, Err(WrapError::NotNow(_))),
                "{later}"
            );
        }
        let short = r#"{"Plaintext":"AQEB"}"#;
        assert!(matches!(unwrap(200, short).await, Err(WrapError::Never(_))));
    }

    #[tokio::test]
    async fn a_key_that_another_key_has_wrapped_waits_until_the_alias_is_given_back() {
        let other = kms(400, r#"{"__type":"IncorrectKeyException"}"#)
            .unwrap("u-1", b"wrapped")
            .await;
        let failure = other.unwrap_err().failure();
        assert!(
            matches!(
                failure,
                Failure::Transient {
                    class: "OtherKey",
                    ..
                }
            ),
            "{failure:?}"
        );
        assert!(
            failure.reason().contains("give its alias back"),
            "{}",
            failure.reason()
        );
    }
}
