//! When a process is struck: at a point of its session, or so long after it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::victim::{Blow, Victim, pass};

/// What the service is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// It has started the session, and not told of it.
    Started,
    /// It has read the request that asks for the result.
    Asked,
    /// It has given the result out, and nothing of the reply.
    Taken,
    /// Half of the reply is out.
    Half,
    /// All of it is.
    Whole,
}

#[derive(Clone)]
pub struct Trap {
    pub point: Point,
    pub after: Duration,
    pub blow: Blow,
    pub victim: Arc<Victim>,
}

impl Trap {
    /// Is told that the service has come to this point.
    pub fn spring(&self, point: Point) {
        if self.point != point {
            return;
        }
        let trap = self.clone();
        let strike = move || {
            pass(trap.after);
            trap.victim.strike(trap.blow);
        };
        // At a point in the middle of an exchange the service stands still until the process is struck.
        if matches!(point, Point::Asked | Point::Taken | Point::Half) && self.blow == Blow::Kill {
            strike();
        } else {
            thread::spawn(strike);
        }
    }
}
