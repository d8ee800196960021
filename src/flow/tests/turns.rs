use super::*;

#[test]
fn a_poll_that_may_not_leave_yet_waits_for_its_turn_and_then_comes_in_it() {
    let case = Case::new([(0, Reply::Pending), (0, connected())]);
    let holds = RefCell::new(VecDeque::from([None, Some(SECOND * 2), Some(SECOND), None]));
    let places = RefCell::new(Vec::new());
    let ended = case.watch_with(|place| {
        places.borrow_mut().push(place);
        holds.borrow_mut().pop_front().unwrap()
    });
    assert!(matches!(ended, Ended::Verdict(Verdict::Connected(_))));
    assert_eq!(*places.borrow(), [Place::New, Place::New, Place::Given(Turn(7)), Place::Given(Turn(7))]);
    let asked = case.asked.borrow();
    assert!(asked.len() == 2 && asked[1] >= SECOND * 8 && asked[1] < SECOND * 9, "{asked:?}");
    // Nobody needs to be told.
    assert_eq!(case.events(), [""; 0]);
}

#[test]
fn the_last_poll_goes_before_others() {
    let case = Case::new([(0, Reply::Pending)]);
    let ended = case.watch_with(|place| match place {
        Place::First => None,
        // Otherwise its turn never comes.
        _ => Some(SECOND * 100),
    });
    assert_eq!(ended, Ended::Verdict(Verdict::Expired { status: None }));
    let asked = case.asked.borrow();
    assert!(asked.len() == 1 && asked[0] >= SECOND * 60 && asked[0] < SECOND * 61, "{asked:?}");
}

#[test]
fn a_turn_that_comes_too_late_ends_as_waiting_does() {
    let case = Case { give_up: Some(10), ..Case::new([(0, Reply::Pending)]) };
    let ended = case.watch_with(|_| Some(SECOND * 100));
    assert!(
        matches!(ended, Ended::Verdict(Verdict::Pending { status: Some(_), last: None, lost: false })),
        "{ended:?}"
    );
    assert!(case.clock.now.get() < SECOND * 11);
    let case = Case::new([(0, Reply::Pending)]);
    let ended = case.watch_with(|_| Some(SECOND * 100));
    assert!(matches!(ended, Ended::Verdict(Verdict::Failed { failure: Failure::Held(_), lost: false })), "{ended:?}");
    assert!(case.asked.borrow().is_empty());
}
