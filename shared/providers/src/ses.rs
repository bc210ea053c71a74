//! Mail through Amazon SES, version 2.

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    error::{BuildError, ProvideErrorMetadata as _, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use tidings_core::Failure;

use crate::{Mail, Mailer};

/// Sends from one verified identity.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    from: String,
}

impl Ses {
    /// Sends from the identity `from`.
    #[must_use]
    pub fn new(client: Client, from: impl Into<String>) -> Self {
        Self {
            client,
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
        send.send().await.map(drop).map_err(failure)
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

/// SES API v2, `SendEmail`, section "Errors": what the request itself is refused for stays refused; limits, suspended
/// sending and the unknown may pass.
fn failure(error: SdkError<SendEmailError>) -> Failure {
    match error.as_service_error() {
        Some(refused @ (SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_))) => {
            let why = refused.message().unwrap_or("no reason given");
            Failure::permanent(format!("SES refused the mail: {why}"))
        }
        _ => error.into(),
    }
}
