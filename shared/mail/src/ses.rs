//! Mail through Amazon SES, version 2.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::{BuildError, ProvideErrorMetadata as _, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use aws_types::SdkConfig;
use storefront_providers::{Mail, Mailer};
use tidings_core::Failure;

/// What SES says of an identity that it has not verified: the sender, or in the sandbox the recipient.
const NOT_VERIFIED: &str = "Email address is not verified";
/// How long the one try may take.
const CALL: Duration = Duration::from_secs(6);

/// Sends from one verified identity.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    from: String,
}

impl Ses {
    /// Sends from the identity `from`.
    ///
    /// Each mail is asked for once, and the runtime tries again: SES keeps no keys, so a try that the SDK repeats because it took long would be
    /// a second mail.
    #[must_use]
    pub fn new(config: &SdkConfig, from: impl Into<String>) -> Self {
        let once = aws_sdk_sesv2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(CALL).build())
            .build();
        Self {
            client: Client::from_conf(once),
            from: from.into(),
        }
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let content = content(mail).map_err(|error| Failure::permanent(error.to_string()))?;
        let send = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .content(content);
        send.send()
            .await
            .map(drop)
            .map_err(|error| unnamed(failure(error), &mail.to))
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let text = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(text(&mail.text)?).build();
    let message = Message::builder()
        .subject(text(&mail.subject)?)
        .body(body)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

/// SES API v2, `SendEmail`, section "Errors": what the request itself is refused for stays refused. Limits pass; what is suspended, paused, not
/// verified or not there is put right by whoever deployed it, and what waits goes out then.
///
/// Of an identity that is not verified it says `MessageRejected`, and only the text tells.
fn failure(error: SdkError<SendEmailError>) -> Failure {
    let class = match error.as_service_error() {
        Some(SendEmailError::MessageRejected(rejected))
            if rejected
                .message()
                .is_some_and(|why| why.starts_with(NOT_VERIFIED)) =>
        {
            "NotSetUp"
        }
        Some(refused @ (SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_))) => {
            let why = refused.message().unwrap_or("no reason given");
            return Failure::permanent(format!("SES refused the mail: {why}")).of_class("Refused");
        }
        Some(SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_)) => {
            "Throttled"
        }
        Some(
            SendEmailError::AccountSuspendedException(_)
            | SendEmailError::SendingPausedException(_)
            | SendEmailError::MailFromDomainNotVerifiedException(_)
            | SendEmailError::NotFoundException(_),
        ) => "NotSetUp",
        _ => return error.into(),
    };
    Failure::from(error).of_class(class)
}

/// SES quotes addresses; whose they are is nobody's business in a log.
fn unnamed(mut failure: Failure, to: &str) -> Failure {
    let (Failure::Transient { reason, .. } | Failure::Permanent { reason, .. }) = &mut failure;
    *reason = reason.replace(to, "(the recipient)");
    failure
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
    use aws_smithy_runtime_api::client::{
        behavior_version::BehaviorVersion,
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    };
    use aws_smithy_types::body::SdkBody;
    use aws_types::region::Region;

    use super::*;

    /// Refuses every mail so, as SES does: the error's name in a header, its text in the body.
    #[derive(Debug, Clone)]
    struct Refuses(u16, &'static str, &'static str);

    impl HttpConnector for Refuses {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let body = SdkBody::from(format!(r#"{{"message":"{}"}}"#, self.2));
            let mut response = HttpResponse::new(self.0.try_into().unwrap(), body);
            response.headers_mut().insert("x-amzn-errortype", self.1);
            HttpConnectorFuture::ready(Ok(response))
        }
    }

    async fn sent(status: u16, error: &'static str) -> Failure {
        refused_with(Refuses(status, error, "not <ada@example.com>, please")).await
    }

    async fn refused_with(refuses: Refuses) -> Failure {
        let connector = SharedHttpConnector::new(refuses);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        let mail = Mail {
            to: "ada@example.com".into(),
            subject: "Your order".into(),
            text: "Thank you".into(),
        };
        Ses::new(&config, "shop@example.com")
            .send(&mail)
            .await
            .unwrap_err()
    }

    #[tokio::test]
    async fn a_mail_that_is_refused_stays_refused_and_names_nobody() {
        for error in ["MessageRejected", "BadRequestException"] {
            let reason = "SES refused the mail: not <(the recipient)>, please";
            let refused = Failure::permanent(reason).of_class("Refused");
            assert_eq!(sent(400, error).await, refused, "{error}");
        }
    }

    #[tokio::test]
    async fn a_mail_that_cannot_be_sent_now_comes_back() {
        for (status, error, class) in [
            (429, "TooManyRequestsException", "Throttled"),
            (400, "LimitExceededException", "Throttled"),
            (400, "AccountSuspendedException", "NotSetUp"),
            (400, "SendingPausedException", "NotSetUp"),
            (400, "MailFromDomainNotVerifiedException", "NotSetUp"),
            (404, "NotFoundException", "NotSetUp"),
            (403, "AccessDeniedException", "SdkError"),
            (500, "InternalFailure", "SdkError"),
        ] {
            let failure = sent(status, error).await;
            assert!(
                matches!(failure, Failure::Transient { .. }),
                "{error}: {failure:?}"
            );
            assert_eq!(failure.class(), class, "{error}");
            assert!(!failure.reason().contains("ada@"), "{failure:?}");
        }
    }

    #[tokio::test]
    async fn an_identity_that_is_not_verified_is_put_right_and_then_what_waits_goes_out() {
        const WHY: &str = "Email address is not verified. The following identities failed the check in region US-EAST-1: ada@example.com";
        let failure = refused_with(Refuses(400, "MessageRejected", WHY)).await;
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), "NotSetUp");
        assert!(!failure.reason().contains("ada@"), "{failure:?}");
    }
}
