//! Working through a queue: under its lock, letter by letter, in the order in which they came.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use uuid::Uuid;

use super::{Act, State};
use crate::{
    Desk,
    error::{OperationError, Result},
    look::Held,
    roster::DeadQueue,
    store::{Archived, Kind, Lock},
};

/// How long letters are hidden from others while they are worked on: as long as a lease lasts, so
/// that whoever takes over can have them.
const HELD: Duration = Duration::from_secs(60);
/// Nothing is begun with a letter whose time is nearly up: it could be another's before it is
/// deleted.
const MARGIN: Duration = Duration::from_secs(10);

/// What an act tells as it goes on.
pub trait Progress: Send + Sync {
    /// It is so far.
    fn at(&self, queue: &str, act: &Act);
}

/// Tells nothing.
impl Progress for () {
    fn at(&self, _: &str, _: &Act) {}
}

/// How a queue was left.
enum Left {
    /// Nothing is to be done there any more.
    Done,
    /// The act has stopped.
    Stopped(String),
    /// Somebody has ended the act.
    Cancelled,
}

/// What is hidden from others, and is to be let go of.
struct InHand {
    /// What is to be worked on.
    meant: Vec<Held>,
    /// What the others say that they have replaced.
    replaced: Vec<String>,
}

impl Desk {
    /// Goes through the queues of an act, with what it says is to be done.
    pub(super) async fn work(&self, mut act: Act, kind: Kind, progress: &dyn Progress) -> Result<Act> {
        let queues = self.roster.dead_queues();
        let queues: Vec<_> = queues
            .filter(|queue| act.selection.may_be_of(queue.consumer))
            .collect();
        let token = Uuid::from_u128(self.entropy.bits()).to_string();
        for queue in &queues {
            // A queue with nothing in it is in nobody's way.
            match self.queues.depth(&queue.name).await? {
                Some(depth) if depth.visible + depth.hidden > 0 => {}
                _ => continue,
            }
            let mut lock = self
                .store
                .take(&queue.name, &act.who, &act.id, &token, self.now())
                .await?;
            let left = self
                .work_through(queue, &mut act, kind, &mut lock, progress)
                .await;
            self.store.note_act(&act, self.now()).await?;
            self.store.give_back(lock).await?;
            match left? {
                Left::Done => {}
                Left::Stopped(why) => {
                    act.end(State::Stopped, Some(why), self.now());
                    break;
                }
                Left::Cancelled => {
                    act.end(State::Cancelled, None, self.now());
                    break;
                }
            }
        }
        if act.state == State::Running {
            act.end(State::Done, None, self.now());
        }
        self.store.note_act(&act, self.now()).await?;
        Ok(act)
    }

    async fn work_through(
        &self,
        queue: &DeadQueue,
        act: &mut Act,
        kind: Kind,
        lock: &mut Lock,
        progress: &dyn Progress,
    ) -> Result<Left> {
        let (mut lot, mut left) = (0, BTreeSet::new());
        loop {
            let in_hand = self.take_in_hand(queue, act, &left).await?;
            if in_hand.meant.is_empty() {
                return Ok(Left::Done);
            }
            let mut meant = VecDeque::from(in_hand.meant);
            while meant.front().is_some_and(|held| self.has_time(held)) {
                let (mut sent, mut acted, size) = (Vec::new(), 0, act.lot(lot));
                while acted < size
                    && let Some(held) = meant.pop_front_if(|held| self.has_time(held))
                {
                    self.store.renew(lock, self.now()).await?;
                    if self.store.is_cancelled(&act.id).await? {
                        meant.push_front(held);
                        self.let_go(queue, meant).await?;
                        return Ok(Left::Cancelled);
                    }
                    if kind == Kind::Redrive {
                        let Some(before) = self.before(act, &held.letter).await? else {
                            act.counts.left += 1;
                            left.insert(held.letter.id.clone());
                            self.let_go(queue, [held]).await?;
                            continue;
                        };
                        sent.push(before);
                    }
                    self.act_on(&held, act, kind, &in_hand.replaced).await?;
                    acted += 1;
                    act.pace().await;
                }
                lot += 1;
                let verdict = self.judge(queue, act, sent, lock).await?;
                self.store.note_act(act, self.now()).await?;
                progress.at(&queue.name, act);
                if let Some(why) = verdict {
                    self.let_go(queue, meant).await?;
                    return Ok(Left::Stopped(why));
                }
            }
            // What was not come to in time is received again.
            self.let_go(queue, meant).await?;
        }
    }

    /// Receives what an act means, finishes what others have begun, and lets go of the rest.
    async fn take_in_hand(&self, queue: &DeadQueue, act: &Act, left: &BTreeSet<String>) -> Result<InHand> {
        let held = self.hold(queue, HELD).await?;
        let replaced: Vec<_> = held
            .iter()
            .filter_map(|held| held.letter.replaces().map(ToOwned::to_owned))
            .collect();
        let mut begun: BTreeMap<_, _> = self
            .store
            .archive_of(&queue.name)
            .await?
            .into_iter()
            .map(|archived| (archived.letter.clone(), archived))
            .collect();
        let (mut meant, mut others) = (Vec::new(), Vec::new());
        for held in held {
            if let Some(archived) = begun.get_mut(&held.letter.id) {
                self.finish(&held, archived, &replaced).await?;
            } else if act.means(&held.letter) && !left.contains(&held.letter.id) {
                meant.push(held);
            } else {
                others.push(held);
            }
        }
        self.let_go(queue, others).await?;
        // Within a group, what came first goes first.
        meant.sort_by(|one, other| {
            let order = |held: &Held| (held.letter.sent, held.letter.sequence.clone());
            order(one).cmp(&order(other))
        });
        Ok(InHand { meant, replaced })
    }

    async fn act_on(&self, held: &Held, act: &mut Act, kind: Kind, replaced: &[String]) -> Result<()> {
        let now = self.now();
        let archived = Archived::of(&held.letter, kind, act, now);
        let mut archived = self.store.archive(archived, &held.letter.body, None, now).await?;
        self.finish(held, &mut archived, replaced).await?;
        act.counts.letters += 1;
        Ok(())
    }

    fn has_time(&self, held: &Held) -> bool {
        let left = held.until.duration_since(self.now());
        Duration::try_from(left).is_ok_and(|left| left > MARGIN)
    }

    async fn let_go(&self, queue: &DeadQueue, held: impl IntoIterator<Item = Held>) -> Result<()> {
        let receipts: Vec<_> = held.into_iter().map(|held| held.receipt).collect();
        self.queues.release(&queue.name, &receipts).await
    }

    /// Takes a queue, for what an act means of it; gives it back whatever comes of it.
    pub(super) async fn with_queue<T>(
        &self,
        queue: &DeadQueue,
        act: &Act,
        work: impl AsyncFnOnce(&[Held], &[String], &mut Lock) -> Result<T>,
    ) -> Result<T> {
        let token = Uuid::from_u128(self.entropy.bits()).to_string();
        let mut lock = self
            .store
            .take(&queue.name, &act.who, &act.id, &token, self.now())
            .await?;
        let worked = async {
            let InHand { meant, replaced } = self.take_in_hand(queue, act, &BTreeSet::new()).await?;
            let worked = work(&meant, &replaced, &mut lock).await;
            self.let_go(queue, meant).await?;
            worked
        };
        let worked = worked.await;
        self.store.give_back(lock).await?;
        worked
    }
}

impl Act {
    /// Whether a letter is meant: it fits, and was there when the act began. One that comes back
    /// meanwhile is another act's.
    pub(super) fn means(&self, letter: &crate::Letter) -> bool {
        self.selection.fits(letter, self.began) && letter.sent.is_none_or(|sent| sent <= self.began)
    }

    /// How many letters its lot of this number has.
    fn lot(&self, number: usize) -> usize {
        let lots = self.redrive.as_ref().map_or(&[][..], |redrive| &redrive.lots);
        let last = lots.last().copied().unwrap_or(usize::MAX);
        lots.get(number).copied().unwrap_or(last).max(1)
    }

    /// Waits as long as its rate asks for.
    async fn pace(&self) {
        let rate = self.redrive.as_ref().and_then(|redrive| redrive.rate);
        if let Some(rate) = rate.filter(|rate| *rate > 0.0) {
            tokio::time::sleep(Duration::from_secs_f64(1.0 / rate)).await;
        }
    }
}

/// That an act cannot be resumed.
pub(super) fn not_running(act: &Act) -> OperationError {
    OperationError::Refused(format!(
        "the act {} has ended ({:?}): begin another",
        act.id, act.state
    ))
}
