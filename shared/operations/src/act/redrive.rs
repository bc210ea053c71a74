//! Redriving: letters go back to their consumers, in growing lots, and stop if too many of them
//! fail again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Act, State, Verb,
    work::{Progress, not_running},
};
use crate::{
    Desk,
    error::{OperationError, Result},
    explain::Explained,
    group::{Group, groups},
    select::Selection,
    store::Kind,
};

/// How a redrive goes about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redrive {
    /// How many letters go at once; the last for all that follow.
    pub lots: Vec<usize>,
    /// Letters a second, at most.
    pub rate: Option<f64>,
    /// How long a lot is watched before the next one goes; zero watches none.
    pub watch: Duration,
    /// Which part of a lot may fail again, from 0 to 1.
    pub tolerance: f64,
    /// Also while the consumer pauses, and what cannot be helped by it.
    pub force: bool,
}

impl Default for Redrive {
    fn default() -> Self {
        Self {
            lots: vec![1, 2, 5, 20, 100],
            rate: None,
            watch: Duration::from_secs(30),
            tolerance: 0.2,
            force: false,
        }
    }
}

/// What a redrive would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The letters, by cause.
    pub groups: Vec<Group>,
    /// What would become of each.
    pub letters: Vec<Explained>,
}

impl Desk {
    /// What a redrive of these letters would do now; nothing is done.
    ///
    /// # Errors
    /// When a table does not answer.
    pub async fn plan(&self, selection: &Selection) -> Result<Plan> {
        let letters = self.look(selection).await.letters;
        Ok(Plan {
            groups: groups(&letters),
            letters: self.explain(&letters).await?,
        })
    }

    /// Redrives the letters that fit and are there now.
    ///
    /// # Errors
    /// When a consumer pauses, a queue is in somebody else's hands, or something does not answer:
    /// then it can be resumed.
    pub async fn redrive(
        &self,
        selection: Selection,
        redrive: Redrive,
        who: &str,
        why: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<Act> {
        self.refuse_paused(&selection, &redrive).await?;
        let mut act = Act::new(Verb::Redrive, who, why, selection, self);
        act.redrive = Some(redrive);
        self.store.note_act(&act, self.now()).await?;
        self.work(act, Kind::Redrive, progress).await
    }

    /// Goes on with a redrive or a drop whose process has ended, which has stopped, or which
    /// somebody has cancelled.
    ///
    /// # Errors
    /// As [`redrive`](Self::redrive); and when the act has ended.
    pub async fn resume(&self, id: &str, progress: &dyn Progress) -> Result<Act> {
        let mut act = self.store.act(id).await?;
        let kind = match act.verb {
            _ if act.state == State::Done => return Err(not_running(&act)),
            Verb::Redrive => Kind::Redrive,
            Verb::Drop => Kind::Drop,
            Verb::Edit | Verb::Restore => return Err(not_running(&act)),
        };
        if let Some(redrive) = &act.redrive {
            self.refuse_paused(&act.selection, redrive).await?;
        }
        (act.state, act.ended, act.told, act.counts.left) = (State::Running, None, None, 0);
        self.store.uncancel(&act.id).await?;
        self.store.note_act(&act, self.now()).await?;
        self.work(act, kind, progress).await
    }

    /// Refuses to send letters to a consumer that pauses: each would be received, and wait.
    async fn refuse_paused(&self, selection: &Selection, redrive: &Redrive) -> Result<()> {
        if redrive.force {
            return Ok(());
        }
        let queues = self.roster.dead_queues().filter(|queue| !queue.of_subscription);
        for queue in queues.filter(|queue| selection.may_be_of(queue.consumer)) {
            // Where nothing is dead, nothing is sent.
            if let Some(until) = self.queues.paused_until(&queue.destination).await?
                && self.has_letters(queue.consumer, selection).await
            {
                let consumer = queue.consumer.to_owned();
                return Err(OperationError::Paused { consumer, until });
            }
        }
        Ok(())
    }

    async fn has_letters(&self, consumer: &str, selection: &Selection) -> bool {
        let only = Selection {
            consumers: vec![consumer.to_owned()],
            ..selection.clone()
        };
        !self.look(&only).await.letters.is_empty()
    }
}
