//! Dropping: letters are archived and taken out of their queue; what waits behind them goes on.

use super::{Act, Verb, work::Progress};
use crate::{
    Desk,
    error::{OperationError, Result},
    select::Selection,
    store::Kind,
};

impl Desk {
    /// Drops the letters that fit and are there now. Each can be brought back for 90 days.
    ///
    /// # Errors
    /// Without a reason; when a queue is in somebody else's hands, or something does not answer:
    /// then it can be resumed.
    pub async fn drop(
        &self,
        selection: Selection,
        who: &str,
        why: &str,
        progress: &dyn Progress,
    ) -> Result<Act> {
        if why.trim().is_empty() {
            let why = "say why the letters are dropped (--reason): it is kept with them";
            return Err(OperationError::Refused(why.to_owned()));
        }
        let act = Act::new(Verb::Drop, who, Some(why), selection, self);
        self.store.note_act(&act, self.now()).await?;
        self.work(act, Kind::Drop, progress).await
    }
}
