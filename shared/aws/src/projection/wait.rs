//! Reading one's own writes: waiting, for a while, until a view shows them.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tidings_core::{Failure, Projection, Version, projection::Projected};

use super::{Consistency, Views};
use crate::http::Problem;

/// The longest that a read waits for its view.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause between two looks; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A view does not show what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Late {
    /// It did not come that far in time.
    #[error("the view is at version {shown}, and version {wanted} was asked for; ask again in a moment")]
    Behind {
        /// The version that it shows.
        shown: Version,
        /// The version that was asked for.
        wanted: Version,
    },
    /// It cannot be read.
    #[error("{}", .0.reason())]
    Failed(Failure),
}

impl<P: Projection> Views<P> {
    /// The view of an aggregate once it shows `version` or a later one. It is looked at with strongly consistent reads, for
    /// [`PATIENCE`] at most.
    ///
    /// # Errors
    /// [`Late`], which says how far the view is.
    pub async fn reached(&self, id: &str, version: Version) -> Result<Projected<P::View>, Late> {
        let shown = AtomicU32::new(0);
        let look = async {
            let mut pause = FIRST_PAUSE;
            loop {
                let there = self.get(id, Consistency::Strong).await?;
                if there.version >= version {
                    return Ok(there);
                }
                shown.store(there.version, Ordering::Relaxed);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(looked) => looked.map_err(Late::Failed),
            Err(_) => Err(Late::Behind {
                shown: shown.into_inner(),
                wanted: version,
            }),
        }
    }
}

impl From<Late> for Problem {
    /// A view that is behind is 504, and tells how far it is (`shown`, `wanted`); the same request may be sent again.
    fn from(late: Late) -> Self {
        let detail = late.to_string();
        match late {
            Late::Behind { shown, wanted } => Self::new(http::StatusCode::GATEWAY_TIMEOUT, detail)
                .telling("shown", shown)
                .telling("wanted", wanted),
            Late::Failed(failure) => failure.into(),
        }
    }
}
