//! Sending commands: each to the FIFO queue of its one handler.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use tidings_core::{
    Envelope, Failure,
    catalogue::Resource,
    command,
    ports::{ClaimCheck, SendCommand, TransportError, refuse_unsealed},
};

use crate::{
    claim_check::lighten,
    environment::{ConfigError, required},
};

/// The queues of the handlers of some commands.
pub struct CommandQueues {
    sqs: Client,
    /// The name of the handler's queue, by the command's type.
    names: HashMap<&'static str, String>,
    /// The URLs that have been asked for, by name.
    urls: Mutex<HashMap<String, String>>,
    claim_check: Option<Arc<dyn ClaimCheck>>,
}

impl CommandQueues {
    /// Sends commands of these types to the queues of these names.
    #[must_use]
    pub fn new(sqs: Client, names: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self {
            sqs,
            names: names.into_iter().collect(),
            urls: Mutex::default(),
            claim_check: None,
        }
    }

    /// Reads `COMMAND_<TYPE>`, the name of a queue, for every command among `uses`.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable that is not set.
    pub fn from_environment(sqs: Client, uses: &[Resource]) -> Result<Self, ConfigError> {
        let commands = uses.iter().filter_map(|resource| match resource {
            Resource::Send(command) => Some(*command),
            _ => None,
        });
        let names = commands.map(|command| Ok((command, required(&variable(command))?)));
        Ok(Self::new(sqs, names.collect::<Result<Vec<_>, _>>()?))
    }

    /// Keeps the data of commands that are too large for a message in this store; without one they are refused.
    #[must_use]
    pub fn with_claim_check(self, claim_check: Option<Arc<dyn ClaimCheck>>) -> Self {
        Self { claim_check, ..self }
    }

    async fn url(&self, name: &str) -> Result<String, TransportError> {
        let known = self
            .urls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned();
        if let Some(url) = known {
            return Ok(url);
        }
        let found = self.sqs.get_queue_url().queue_name(name).send().await;
        let url = found.map_err(transport)?.queue_url;
        let url = url.ok_or_else(|| TransportError(format!("the queue {name} has no URL")))?;
        self.urls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), url.clone());
        Ok(url)
    }
}

/// The variable that names the queue of a command's handler.
fn variable(command: &str) -> String {
    format!("COMMAND_{}", command.to_ascii_uppercase().replace('-', "_"))
}

fn transport(error: impl std::error::Error) -> TransportError {
    TransportError(Failure::from(error).reason().to_owned())
}

#[async_trait]
impl SendCommand for CommandQueues {
    async fn send(&self, command: &Envelope) -> Result<(), TransportError> {
        refuse_unsealed(command)?;
        let handler = self.names.get(command.event_type.as_str());
        let undeclared = || {
            TransportError(format!(
                "this function does not declare that it sends {}",
                command.event_type
            ))
        };
        let url = self.url(handler.ok_or_else(undeclared)?).await?;
        let light = lighten(self.claim_check.as_deref(), command).await;
        let light = light.map_err(|failure| TransportError(failure.reason().to_owned()))?;
        let send = self
            .sqs
            .send_message()
            .queue_url(url)
            .message_body(light.to_json())
            .message_group_id(command::group(command))
            .message_deduplication_id(command::deduplication_id(command));
        send.send().await.map(drop).map_err(transport)
    }
}
