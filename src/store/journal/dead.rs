//! The processes that ended without a last word.

use jiff::Timestamp;

use super::Journal;
use crate::store::fault::Fault;
use crate::store::rows::{self, Claim};

impl Journal {
    /// Takes note of the processes that ended while they waited for a session: they send nothing any more. What their last
    /// requests may have brought came before a session that is started from now on.
    pub fn note_the_dead(&self, now: Timestamp) -> Result<(), Fault> {
        let is_dead = |claim: &Claim| !self.is_alive(&claim.name);
        let claimed = self.file.read(|connection| rows::select(connection, "claim IS NOT NULL", []))?;
        let dead: Vec<_> = claimed.iter().filter(|found| found.claim.as_ref().is_some_and(is_dead)).collect();
        if dead.is_empty() {
            return Ok(());
        }
        self.file.write(|transaction| {
            for known in &dead {
                let Some(mut found) = rows::named(transaction, &known.name)? else { continue };
                // Somebody may have taken it over.
                let Some(claim) = found.claim.as_ref().filter(|claim| is_dead(claim)) else { continue };
                found.record.give_up_on_reply(now);
                rows::put(transaction, &found.name, &found.record)?;
                rows::release(transaction, &found.name, &claim.name)?;
            }
            Ok(())
        })
    }
}
