//! Editing: another letter takes a letter's place. The original is kept, and who was slower is
//! told.

use serde_json::{Value, json};
use tidings_core::Envelope;
use uuid::Uuid;

use super::{Act, State, Verb};
use crate::{
    Desk,
    error::{OperationError, Result},
    letter::Letter,
    roster::Consumer,
    select::Selection,
    store::{Archived, Kind},
};

/// What is to become of a letter's body.
#[derive(Debug, Clone)]
pub enum Change {
    /// A JSON merge patch of the whole envelope (RFC 7396).
    Patch(Value),
    /// Another body.
    Body(String),
}

/// How an edited letter was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Its data fits the schema of its version.
    BySchema,
    /// It is an event that the consumer takes; the catalogue has no schema for its data.
    WithoutSchema,
    /// Not at all, as was wanted.
    No,
}

/// A letter that was edited.
#[derive(Debug)]
pub struct Edited {
    /// The act.
    pub act: Act,
    /// How it was checked.
    pub checked: Checked,
    /// The key of the new event, where it is one.
    pub new_event: Option<String>,
}

impl Desk {
    /// Puts an edited letter in the place of `letter`, which was looked at before. It keeps its
    /// identity, so its consumer's record of it counts; or it becomes a new event that the old one
    /// has caused, which its consumer has never seen. It stays a letter until it is redriven.
    ///
    /// # Errors
    /// When the edited letter would come back at once (unless `unchecked`), when somebody else was
    /// faster, or something does not answer.
    pub async fn edit(
        &self,
        letter: &Letter,
        change: Change,
        as_new: bool,
        unchecked: bool,
        who: &str,
        why: Option<&str>,
    ) -> Result<Edited> {
        let selection = Selection {
            letters: vec![letter.id.clone()],
            ..Selection::default()
        };
        let mut act = Act::new(Verb::Edit, who, why, selection, self);
        let body = changed(letter, change)?;
        let body = if as_new {
            self.as_new(letter, &body, &act)?
        } else {
            body
        };
        let checked = match unchecked {
            true => Checked::No,
            false => self.check(letter, &body, as_new)?,
        };
        let new_event = as_new
            .then(|| Envelope::parse(&body).ok().map(|event| event.key()))
            .flatten();
        self.store.note_act(&act, self.now()).await?;
        let kind = if as_new { Kind::EditAsNew } else { Kind::Edit };
        let edited = self.with_queue(&letter.queue, &act, async |mine, others, _| {
            let Some(held) = mine.iter().find(|held| held.letter.id == letter.id) else {
                return Err(self.no_letter(&letter.id).await?);
            };
            let now = self.now();
            let archived = Archived::of(&held.letter, kind, &act, now);
            let mut archived = self
                .store
                .archive(archived, &held.letter.body, Some(&body), now)
                .await?;
            self.finish(held, &mut archived, others).await
        });
        match edited.await {
            Ok(()) => act.end(
                State::Done,
                new_event.clone().map(|key| format!("the new event is {key}")),
                self.now(),
            ),
            Err(error) => {
                act.end(State::Stopped, Some(error.to_string()), self.now());
                self.store.note_act(&act, self.now()).await?;
                return Err(error);
            }
        }
        act.counts.letters = 1;
        self.store.note_act(&act, self.now()).await?;
        Ok(Edited {
            act,
            checked,
            new_event,
        })
    }

    /// A body as a new event, caused by the letter's.
    fn as_new(&self, letter: &Letter, body: &str, act: &Act) -> Result<String> {
        let old = letter.event.as_ref().map_err(|why| {
            OperationError::Refused(format!(
                "the letter is no event ({why}), so nothing can be caused by it"
            ))
        })?;
        let mut new: Value = serde_json::from_str(body)?;
        let name = format!("{}\n{}\n{}", old.key(), letter.queue.consumer, act.id);
        let object = new.as_object_mut();
        let object =
            object.ok_or_else(|| OperationError::Refused("the edited body is no JSON object".into()))?;
        object.insert(
            "id".into(),
            json!(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())),
        );
        object.insert("causationid".into(), json!(old.id));
        object.insert("correlationid".into(), json!(old.correlation_id()));
        object.insert("hops".into(), json!(old.hops + 1));
        object.insert("time".into(), json!(self.now()));
        Ok(new.to_string())
    }

    /// Refuses what its consumer could not take.
    fn check(&self, letter: &Letter, body: &str, as_new: bool) -> Result<Checked> {
        let refused = |why: String| {
            OperationError::Refused(format!(
                "the edited letter would come back: {why} (--unchecked edits it all the same)"
            ))
        };
        let event = Envelope::parse(body).map_err(|error| refused(format!("it is no event: {error}")))?;
        let consumer = self.roster.consumer(letter.queue.consumer);
        let consumer: &Consumer =
            consumer.ok_or_else(|| refused(format!("there is no consumer {}", letter.queue.consumer)))?;
        let name = &event.event_type;
        if !consumer.takes.matches(name) {
            return Err(refused(format!("{} does not take {name}", consumer.name)));
        }
        if let Some(known) = consumer.knows(name).filter(|known| event.minreader > *known) {
            return Err(refused(format!(
                "it asks for a reader of version {}, and {} knows version {known}",
                event.minreader, consumer.name
            )));
        }
        if !as_new
            && let Ok(old) = &letter.event
            && old.key() != event.key()
        {
            let why = format!(
                "its identity would change, from {} to {}: that is a new event (--as-new)",
                old.key(),
                event.key()
            );
            return Err(OperationError::Refused(why));
        }
        let Some(schema) = self
            .roster
            .written(name, event.schemaversion)
            .filter(|_| !event.is_light())
        else {
            return Ok(Checked::WithoutSchema);
        };
        let data: Value = serde_json::from_str(event.data())?;
        match faults(schema, &data) {
            Ok(faults) if faults.is_empty() => Ok(Checked::BySchema),
            Ok(faults) => Err(refused(format!(
                "its data does not fit {name} version {}: {}",
                event.schemaversion,
                faults.join("; ")
            ))),
            Err(why) => Err(refused(format!("the schema of {name} cannot be used: {why}"))),
        }
    }
}

fn changed(letter: &Letter, change: Change) -> Result<String> {
    match change {
        Change::Body(body) => Ok(body),
        Change::Patch(patch) => {
            let no_json = |error| {
                OperationError::Refused(format!(
                    "the letter's body is no JSON ({error}), so no patch fits it: give it another body"
                ))
            };
            let mut body: Value = serde_json::from_str(&letter.body).map_err(no_json)?;
            json_patch::merge(&mut body, &patch);
            Ok(body.to_string())
        }
    }
}

/// Where data does not fit a schema. What is sealed is no fault: what it holds cannot be seen.
fn faults(schema: &Value, data: &Value) -> Result<Vec<String>, String> {
    let validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
    let sealed = |path: &str| {
        let mut at = path;
        loop {
            if data
                .pointer(at)
                .is_some_and(|value| value.get("sealed").is_some())
            {
                return true;
            }
            match at.rfind('/') {
                Some(end) => at = &at[..end],
                None => return false,
            }
        }
    };
    let faults = validator.iter_errors(data).filter_map(|error| {
        let path = error.instance_path().to_string();
        (!sealed(&path)).then(|| {
            let at = if path.is_empty() { "/" } else { &path };
            format!("{at}: {}", error.masked())
        })
    });
    Ok(faults.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_fits_and_what_is_wrong_is_named_without_its_value() {
        let schema = json!({ "type": "object", "required": ["name", "total"], "additionalProperties": false,
            "properties": { "name": { "type": "string" }, "total": { "type": "integer" } } });
        let sealed = json!({ "name": { "sealed": { "person": "p", "data": "x" } }, "total": 3 });
        assert_eq!(faults(&schema, &sealed), Ok(vec![]));
        let [wrong] = &faults(&schema, &json!({ "name": "Ada", "total": "secret" })).unwrap()[..] else {
            panic!("one fault")
        };
        assert!(
            wrong.starts_with("/total") && !wrong.contains("secret"),
            "{wrong}"
        );
    }
}
