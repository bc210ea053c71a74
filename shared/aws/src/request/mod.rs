//! Request and reply over queues: a command is sent, and its answer comes to a queue of this process.
//!
//! 1. [`Requester::ask`] names its reply queue and the question in the command, sends it and waits, [`PATIENCE`] at most.
//! 2. The handler's runtime sends the answer there ([`ReplyQueues`]).
//! 3. One task receives while somebody waits, and gives each answer to who has asked ([`waiting`]). An answer that comes too late, or
//!    that nobody has asked for, is dropped, and told ([`ObserveReplies`]).
//!
//! [`OwnReplyQueue`] is the queue: made when it is first needed, deleted by [`OwnReplyQueue::delete`]. A process that ends without it
//! (as every Lambda function does) abandons its queue; the [`reaper`] deletes queues whose owners have not renewed them.

mod own;
pub mod reaper;
mod reply;
mod waiting;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tidings_core::{
    Command, Entropy, Envelope, Failure,
    ports::{ReceiveReplies, SendCommand, TransportError},
    request::{ReplyTo, asking},
};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

pub use own::OwnReplyQueue;
pub use reply::ReplyQueues;
pub use waiting::{Dropped, ObserveReplies};

use waiting::Waiting;

use crate::personal::{self, Keyring};

/// How long an answer is waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long the receiver rests when its queue does not answer.
const REST: Duration = Duration::from_millis(200);

/// Asks, and waits for the answers.
pub struct Requester {
    commands: Arc<dyn SendCommand>,
    replies: Arc<dyn ReceiveReplies>,
    entropy: Arc<dyn Entropy>,
    waiting: Arc<Waiting>,
    receiver: OnceLock<AbortOnDropHandle<()>>,
    patience: Duration,
    keyring: Option<Arc<Keyring>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// None came in time. The command may have been carried out all the same: ask again with the same command, source and id.
    #[error("no answer came within {0:?}")]
    TimedOut(Duration),
    /// The command was not sent, or it is not known whether it was.
    #[error("the command was not sent: {0}")]
    NotSent(TransportError),
    /// The answer is not what the command's contract says. Asking again gives the same.
    #[error("the answer cannot be read: {0}")]
    Unreadable(serde_json::Error),
}

impl Requester {
    /// Sends commands through `commands`, and receives their answers through `replies`.
    #[must_use]
    pub fn new(
        commands: Arc<dyn SendCommand>,
        replies: Arc<dyn ReceiveReplies>,
        entropy: Arc<dyn Entropy>,
        observe: Arc<dyn ObserveReplies>,
    ) -> Self {
        Self {
            commands,
            replies,
            entropy,
            waiting: Arc::new(Waiting::new(observe)),
            receiver: OnceLock::new(),
            patience: PATIENCE,
            keyring: None,
        }
    }

    /// Seals the personal values of commands with these keys. Without them, a command that has any is not sent.
    #[must_use]
    pub fn with_keyring(self, keyring: Option<Arc<Keyring>>) -> Self {
        Self { keyring, ..self }
    }

    /// Waits for so long instead of [`PATIENCE`].
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sends a command ([`tidings_core::command::issue`]) and waits for its answer. Who asks again with the same command gets the same
    /// answer, and it is carried out once.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask<C: Command>(&self, command: Envelope) -> Result<C::Answer, AskError> {
        let asked = tokio::time::timeout(self.patience, self.answer(command)).await;
        let answer = asked.map_err(|_| AskError::TimedOut(self.patience))??;
        serde_json::from_str(answer.data()).map_err(AskError::Unreadable)
    }

    async fn answer(&self, command: Envelope) -> Result<Envelope, AskError> {
        let sealed = personal::seal_one(self.keyring.as_deref(), command).await;
        let refused = |failure: Failure| AskError::NotSent(TransportError(failure.reason().to_owned()));
        let command = sealed.map_err(refused)?;
        let queue = self.replies.queue().await.map_err(AskError::NotSent)?;
        let request = Uuid::from_u128(self.entropy.bits()).to_string();
        // Who gives up is dropped here, and with it the place in the waiting room.
        let answer = self.waiting.wait(&request, self.patience);
        self.receiver.get_or_init(|| self.receive());
        let command = asking(command, &ReplyTo { queue, request });
        self.commands.send(&command).await.map_err(AskError::NotSent)?;
        Ok(answer.await)
    }

    /// Receives while somebody waits.
    fn receive(&self) -> AbortOnDropHandle<()> {
        let (replies, waiting) = (self.replies.clone(), self.waiting.clone());
        let receiving = async move {
            loop {
                let wait = waiting.somebody().await;
                match replies.receive(wait).await {
                    Ok(answers) => answers.iter().for_each(|answer| waiting.take(answer)),
                    Err(error) => {
                        tracing::warn!(%error, "answers cannot be received");
                        tokio::time::sleep(REST).await;
                    }
                }
            }
        };
        AbortOnDropHandle::new(tokio::spawn(receiving))
    }
}
