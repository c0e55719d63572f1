//! Who passes the gate when, without a clock or a thread.

use zoomout_core::Instant;

use super::chore::{Class, Reception};
use super::fakes::{at, limits};
use super::gate::{Entry, Gate, Ticket};
use super::limits::Limits;
use crate::cancel::CancelToken;

const START: Instant = Instant::ZERO;

/// A visitor in line, whose bell tells that it should look again.
struct Visitor {
    ticket: Ticket,
    bell: CancelToken,
}

fn join(gate: &mut Gate, class: Class) -> Visitor {
    Visitor { ticket: gate.join_line(class), bell: CancelToken::new() }
}

impl Visitor {
    fn look(&self, gate: &mut Gate, now: Instant) -> Entry {
        gate.visit(self.ticket, &self.bell, now)
    }

    fn pass(self, gate: &mut Gate, class: Class, now: Instant) {
        assert_eq!(self.look(gate, now), Entry::Now);
        gate.pass(class, now);
        gate.step_out(self.ticket, now);
    }
}

#[test]
fn looks_and_submissions_share_their_room_and_downloads_have_their_own() {
    let mut gate = Gate::new(limits(2, 1));
    gate.pass(Class::Look, START);
    gate.pass(Class::Submission, START);
    let entries = |gate: &Gate| {
        [Class::Submission, Class::Look, Class::Download, Class::End].map(|class| gate.entry(class, START))
    };
    assert_eq!(entries(&gate), [Entry::Full, Entry::Full, Entry::Now, Entry::Now]);
    gate.pass(Class::Download, START);
    assert_eq!(gate.entry(Class::Download, START), Entry::Full);
    gate.come_back(Class::Look, Reception::Other, START);
    assert_eq!(entries(&gate), [Entry::Now, Entry::Now, Entry::Full, Entry::Now]);
}

#[test]
fn visitors_pass_in_the_order_in_which_they_came_and_are_woken_in_it() {
    let mut gate = Gate::new(limits(1, 1));
    gate.pass(Class::Look, START);
    let (first, second) = (join(&mut gate, Class::Submission), join(&mut gate, Class::Look));
    assert_eq!([first.look(&mut gate, START), second.look(&mut gate, START)], [Entry::Full; 2]);
    gate.come_back(Class::Look, Reception::Other, START);
    assert_eq!([first.bell.is_cancelled(), second.bell.is_cancelled()], [true, false]);
    assert_eq!(second.look(&mut gate, START), Entry::Full, "the room is the first one's");
    first.pass(&mut gate, Class::Submission, START);
    assert_eq!(second.look(&mut gate, START), Entry::Full);
    gate.come_back(Class::Submission, Reception::Other, START);
    assert!(second.bell.is_cancelled());
    second.pass(&mut gate, Class::Look, START);
}

#[test]
fn a_job_does_not_take_the_room_that_a_visitor_is_about_to_take() {
    let mut gate = Gate::new(limits(2, 1));
    let visitor = join(&mut gate, Class::Submission);
    assert_eq!(gate.entry(Class::Look, START), Entry::Now, "there is room for both");
    assert_eq!(gate.entry(Class::Submission, START), Entry::Full, "a visitor goes first");
    gate.pass(Class::Look, START);
    assert_eq!(gate.entry(Class::Look, START), Entry::Full);
    gate.step_out(visitor.ticket, START);
    assert_eq!(gate.entry(Class::Look, START), Entry::Now, "it has given up");
}

#[test]
fn who_waits_for_the_pace_keeps_no_look_waiting_and_its_place() {
    let mut gate = Gate::new(limits(1, 1));
    gate.pass(Class::Submission, START);
    gate.come_back(Class::Submission, Reception::Overrun(at(5_000)), START);
    let (first, second) = (join(&mut gate, Class::Submission), join(&mut gate, Class::Submission));
    assert_eq!(first.look(&mut gate, START), Entry::At(at(5_000)));
    assert_eq!(second.look(&mut gate, START), Entry::Full);
    assert_eq!(gate.entry(Class::Look, START), Entry::Now);
    assert_eq!(gate.entry(Class::Submission, at(5_000)), Entry::Full);
    first.pass(&mut gate, Class::Submission, at(5_000));
    assert!(!second.bell.is_cancelled(), "there is no room yet");
    gate.come_back(Class::Submission, Reception::Other, at(5_000));
    assert!(second.bell.is_cancelled());
    assert_eq!(second.look(&mut gate, at(5_000)), Entry::At(at(5_500)), "the pace is slower now");
}

#[test]
fn a_limit_a_minute_counts_visitors_and_jobs_alike() {
    let mut gate = Gate::new(Limits { submits_per_minute: Some(2), ..limits(9, 1) });
    gate.pass(Class::Submission, START);
    join(&mut gate, Class::Submission).pass(&mut gate, Class::Submission, at(1_000));
    assert_eq!(gate.entry(Class::Submission, at(2_000)), Entry::At(at(60_000)));
}
