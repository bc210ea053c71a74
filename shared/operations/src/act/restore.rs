//! Restoring: a letter that was dropped, or edited, is a letter in its queue again, as it was.

use super::{
    Act, State, Verb,
    finish::{edited_by, replacement, restored_by},
};
use crate::{
    Desk,
    error::{OperationError, Result},
    roster::DeadQueue,
    select::Selection,
    store::{Archived, Kind, Stage},
};

impl Desk {
    /// Brings back the letters of an act, or one of them by its id (or how that begins).
    ///
    /// # Errors
    /// When there is none that could be brought back, its queue is in somebody else's hands, or
    /// something does not answer.
    pub async fn restore(&self, id: &str, who: &str, why: Option<&str>) -> Result<Act> {
        let mut wanted = Vec::new();
        for queue in self.roster.dead_queues() {
            let archive = self.store.archive_of(&queue.name).await?;
            wanted.extend(
                archive
                    .into_iter()
                    .filter(|one| one.act == id || one.letter.starts_with(id)),
            );
        }
        let fit =
            |one: &Archived| one.kind != Kind::Redrive && matches!(one.stage, Stage::Done | Stage::Restoring);
        let told = wanted.first().map(|one| {
            format!(
                "{} was {} at {} by {}",
                one.letter,
                one.kind.done(),
                one.at,
                one.who
            )
        });
        wanted.retain(fit);
        if wanted.is_empty() {
            let told = told.unwrap_or_else(|| "nothing is kept of it".to_owned());
            return Err(OperationError::Refused(format!(
                "{id} cannot be brought back: {told}"
            )));
        }
        let selection = Selection {
            letters: wanted.iter().map(|one| one.letter.clone()).collect(),
            ..Selection::default()
        };
        let mut act = Act::new(Verb::Restore, who, why, selection, self);
        self.store.note_act(&act, self.now()).await?;
        for queue in self.roster.dead_queues() {
            let some: Vec<_> = wanted.extract_if(.., |one| one.queue == queue.name).collect();
            if some.is_empty() {
                continue;
            }
            let restored = self.with_queue(&queue, &act, async |_, others, lock| {
                for archived in &some {
                    self.store.renew(lock, self.now()).await?;
                    self.restore_one(&queue, archived.clone(), others).await?;
                }
                Ok(some.len())
            });
            act.counts.letters += restored.await?;
        }
        act.end(State::Done, None, self.now());
        self.store.note_act(&act, self.now()).await?;
        Ok(act)
    }

    async fn restore_one(&self, queue: &DeadQueue, mut archived: Archived, others: &[String]) -> Result<()> {
        if others.contains(&edited_by(&archived.letter)) {
            let why = format!(
                "what {} was edited to is still a letter: drop that first",
                archived.letter
            );
            return Err(OperationError::Refused(why));
        }
        let by = restored_by(&archived.letter, archived.at);
        self.store
            .reach(&mut archived, Stage::Restoring, self.now())
            .await?;
        if !others.contains(&by) {
            let body = self.store.body(&archived).await?;
            let message = replacement(queue, &archived.attributes, &archived, body, by);
            self.queues.send(&queue.name, message).await?;
        }
        self.store.reach(&mut archived, Stage::Restored, self.now()).await
    }
}
