//! Replying to a command: once it is committed, and again whenever it comes again.
//!
//! The answer is kept in the command's record, in the transaction that completes it. So a repeated command gets the same answer, whatever
//! has changed since, and an answer that is lost is one that can be asked for again.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tidings_core::{
    Envelope, Failure,
    command::{self, Answering},
    consumer::Declared,
    ports::{Replied, Reply, TransportError},
    request::ReplyTo,
};
use tracing::{info, warn};

use super::{
    LAST_WORD, Runtime, Surroundings,
    run::{End, Ran},
};

/// Where answers to commands go.
#[derive(Clone)]
pub struct Replies {
    /// What the names of the system's reply queues begin with; no other queue is answered, because where an answer goes is said by who
    /// asks, and this function may be allowed to send where he is not.
    pub prefix: String,
    /// Brings them there.
    pub reply: Arc<dyn Reply>,
}

/// Bytes that an answer may have: it shares an item of 400 KB with its record (AWS: DynamoDB, quotas), and is read with it.
const MOST_ANSWER_BYTES: usize = 64 * 1024;
/// How long after a command was sent its answer is worth another try: for as long as a reply queue keeps it.
const WORTH_A_TRY: Duration = Duration::from_secs(60);

/// The answer as the record keeps it.
pub(super) fn kept(answer: Option<Value>, consumer: &Declared) -> Result<Option<String>, Failure> {
    let Some(answer) = answer else { return Ok(None) };
    if consumer.command().is_none() {
        return Err(Failure::permanent(format!(
            "{} answers, and takes no command",
            consumer.name
        )));
    }
    let text = answer.to_string();
    if text.len() > MOST_ANSWER_BYTES {
        return Err(Failure::permanent(format!(
            "the answer has {} bytes; {MOST_ANSWER_BYTES} is the most",
            text.len()
        ))
        .of_class("AnswerTooLarge"));
    }
    Ok(Some(text))
}

/// Refuses a command whose answer is wanted where this system has no reply queue; gives back what may be handled.
pub(super) fn answerable<'e>(runtime: &Runtime, message: &'e Envelope) -> Result<&'e Envelope, Failure> {
    let replies = runtime.surroundings.replies.as_ref();
    if let (Some(replies), Some(reply_to)) = (replies, asked(&runtime.handler.declared, message)) {
        let within = reply_to.within(&replies.prefix);
        within.map_err(|foreign| Failure::permanent(foreign.to_string()).of_class("ForeignReplyTo"))?;
    }
    Ok(message)
}

/// Sends the answer of a command that is done. Where that fails, the command comes back, and is answered as the duplicate that it
/// then is; unless nobody can be waiting any more.
pub(super) async fn reply(runtime: &Runtime, message: &Envelope, ran: Ran, deadline: Timestamp) -> Ran {
    let consumer = &runtime.handler.declared;
    let (End::Done { answer: Some(answer) } | End::Duplicate { answer: Some(answer) }, Some(reply_to)) =
        (&ran.end, asked(consumer, message))
    else {
        return ran;
    };
    let Surroundings { replies, clock, .. } = &runtime.surroundings;
    let Some(replies) = replies else {
        warn!("an answer is wanted, and this function is not told where reply queues are");
        return ran;
    };
    let answer = serde_json::from_str(answer)
        .and_then(|answer| command::answer(&answer, message, Answering::by(consumer, message), clock.now()));
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let failure = Failure::permanent(format!("the answer in the record is no JSON: {error}"));
            return Ran::failed(ran.attempt, failure);
        }
    };
    let sending = replies.reply.reply(&reply_to.queue, &answer);
    let time = runtime.surroundings.left(deadline, LAST_WORD);
    let sent = match tokio::time::timeout(time, sending).await {
        Ok(sent) => sent,
        Err(_) => Err(TransportError(
            "no time was left before the function's deadline".to_owned(),
        )),
    };
    match sent {
        Ok(Replied::Sent) => ran,
        Ok(Replied::Gone) => {
            info!(reply_to = %reply_to, "nobody waits for the answer any more: its queue is gone");
            ran
        }
        Err(error) if worth_a_try(message, clock.now()) => {
            let failure = Failure::transient(format!("done, and not answered: {error}"));
            Ran::failed(ran.attempt, failure.of_class("NotAnswered"))
        }
        Err(error) => {
            warn!(reply_to = %reply_to, %error, "done, and not answered: nobody can be waiting any more");
            ran
        }
    }
}

fn worth_a_try(message: &Envelope, now: Timestamp) -> bool {
    let sent = message.time.and_then(|time| time.checked_add(WORTH_A_TRY).ok());
    sent.is_some_and(|until| now < until)
}

/// Where the answer is wanted; an event has none, whatever it says.
fn asked(consumer: &Declared, message: &Envelope) -> Option<ReplyTo> {
    consumer.command()?;
    ReplyTo::of(message)
}
