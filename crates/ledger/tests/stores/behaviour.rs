//! What every store must do.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};
use std::thread;

use zoomout_core::{Claim, Record};
use zoomout_ledger::{Filter, Intent, Ledger, Resolution, State, Which};

use crate::world::{
    LEASE, World, accepted, intent, is_new, me, of, order, outcome, owner, released, task, ticket,
    unconfirmed, worlds,
};

/// For every store, opened as two processes would.
fn everywhere(holds: impl Fn(&World, &dyn Ledger, &dyn Ledger)) {
    for world in worlds() {
        let (one, other) = ((world.open)(), (world.open)());
        holds(&world, &*one, &*other);
    }
}

#[test]
fn a_name_is_one_submission() {
    everywhere(|_, one, other| {
        assert!(is_new(&one.claim(&me(), &intent(Some("a"), 1)).unwrap()));
        assert!(matches!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Held { .. }));
        assert!(is_new(&one.claim(&me(), &intent(Some("a"), 1)).unwrap()), "a claim of one's own is renewed");
        one.record(&me(), &accepted(1)).unwrap();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Accepted(task(1)));
        one.record(&me(), &Record::Ended(outcome(1, true))).unwrap();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 3)).unwrap(), Claim::Ended(outcome(1, true)));
        let Claim::Conflict { request } =
            other.claim(&me(), &Intent::new(&order(Some("a"), 2), ticket(4))).unwrap()
        else {
            panic!("another request goes on with somebody else's task")
        };
        assert!(request.contains(r#""index":1"#), "{request}");
        assert_eq!(of(other, Which::All).len(), 1);
    });
}

#[test]
fn without_a_name_everything_is_submitted() {
    everywhere(|_, one, other| {
        assert!(is_new(&one.claim(&me(), &intent(None, 1)).unwrap()));
        assert!(is_new(&other.claim(&me(), &intent(None, 2)).unwrap()));
        assert_eq!(of(one, Which::All).len(), 2);
    });
}

#[test]
fn what_was_refused_is_free_for_any_request() {
    everywhere(|_, one, other| {
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        one.record(&me(), &released(1)).unwrap();
        assert_eq!(of(one, Which::Unfinished), []);
        assert!(is_new(&other.claim(&me(), &Intent::new(&order(Some("a"), 2), ticket(2))).unwrap()));
        assert!(matches!(
            one.claim(&me(), &Intent::new(&order(Some("a"), 2), ticket(1))).unwrap(),
            Claim::Held { .. }
        ));
    });
}

#[test]
fn a_refusal_frees_no_name_that_was_paid_for_before() {
    everywhere(|_, one, other| {
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        one.record(&me(), &accepted(1)).unwrap();
        one.record(&me(), &Record::Ended(outcome(1, true))).unwrap();
        let again = Intent::new(&order(Some("a"), 1).again(), ticket(2));
        assert!(is_new(&one.claim(&me(), &again).unwrap()));
        one.record(&me(), &released(2)).unwrap();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 3)).unwrap(), Claim::Ended(outcome(1, true)));
        assert!(matches!(
            other.claim(&me(), &Intent::new(&order(Some("a"), 2), ticket(4))).unwrap(),
            Claim::Conflict { .. }
        ));
        assert!(is_new(&one.claim(&me(), &intent(Some("a"), 2)).unwrap()), "its own job goes on");
    });
}

#[test]
fn what_has_ended_is_submitted_anew_only_when_asked() {
    everywhere(|_, one, other| {
        for (name, done) in [("a", true), ("b", false)] {
            let (first, second) = if done { (1, 2) } else { (3, 4) };
            one.claim(&me(), &intent(Some(name), first)).unwrap();
            let again = Intent::new(&order(Some(name), 1).again(), ticket(second));
            assert!(matches!(other.claim(&me(), &again).unwrap(), Claim::Held { .. }), "it goes on");
            one.record(&me(), &accepted(first)).unwrap();
            assert_eq!(other.claim(&me(), &again).unwrap(), Claim::Accepted(task(first)), "it goes on");
            one.record(&me(), &Record::Ended(outcome(first, done))).unwrap();
            assert!(is_new(&other.claim(&me(), &again).unwrap()));
            let turns: Vec<_> =
                of(one, Which::Name(name.to_owned())).iter().map(|entry| (entry.turn, entry.state)).collect();
            let ended = if done { State::Done } else { State::Failed };
            assert_eq!(turns, [(1, ended), (2, State::Intended)]);
        }
    });
}

#[test]
fn what_nobody_knows_waits_for_a_person() {
    everywhere(|_, one, other| {
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        one.record(&me(), &unconfirmed(1)).unwrap();
        let reason = "no answer came".to_owned();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Unconfirmed { reason });
        let again = Intent::new(&order(Some("a"), 1).again(), ticket(2));
        assert!(matches!(other.claim(&me(), &again).unwrap(), Claim::Unconfirmed { .. }));
        assert!(other.resolve(&me(), "b", &Resolution::NotBilled).is_err());
        assert_eq!(other.resolve(&me(), "a", &Resolution::NotBilled).unwrap().state, State::Refused);
        assert!(other.resolve(&me(), "a", &Resolution::NotBilled).is_err(), "it is settled");
        assert!(is_new(&other.claim(&me(), &intent(Some("a"), 2)).unwrap()));
        other.record(&me(), &unconfirmed(2)).unwrap();
        let parent = zoomout_core::TaskId::new("task_parent").unwrap();
        assert!(one.resolve(&me(), "a", &Resolution::Task(parent)).is_err(), "that was there before");
        let resolved = one.resolve(&me(), "a", &Resolution::Task(task(2))).unwrap();
        assert_eq!((resolved.state, resolved.task_id), (State::Accepted, Some(task(2))));
        assert_eq!(one.claim(&me(), &intent(Some("a"), 3)).unwrap(), Claim::Accepted(task(2)));
    });
}

#[test]
fn a_late_truth_is_written_down() {
    everywhere(|_, one, other| {
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        one.record(&me(), &unconfirmed(1)).unwrap();
        other.record(&me(), &accepted(1)).unwrap();
        one.record(&me(), &unconfirmed(1)).unwrap();
        assert_eq!(of(one, Which::All)[0].state, State::Accepted, "what comes after it is older");
        one.claim(&me(), &intent(Some("b"), 2)).unwrap();
        one.record(&me(), &unconfirmed(2)).unwrap();
        other.record(&me(), &released(2)).unwrap();
        assert!(is_new(&one.claim(&me(), &intent(Some("b"), 3)).unwrap()));
        // Somebody resolved it, and was wrong; and nobody ever heard of the second.
        one.claim(&me(), &intent(Some("c"), 4)).unwrap();
        one.record(&me(), &unconfirmed(4)).unwrap();
        one.resolve(&me(), "c", &Resolution::NotBilled).unwrap();
        one.claim(&me(), &intent(Some("c"), 5)).unwrap();
        for late in [4, 6] {
            other.record(&me(), &accepted(late)).unwrap();
            let tasks: Vec<_> = of(one, Which::Task(task(late))).iter().map(|entry| entry.state).collect();
            assert_eq!(tasks, [State::Accepted]);
        }
        assert_eq!(one.entries(&Filter { which: Which::Unfinished, ..Filter::default() }).unwrap().len(), 5);
    });
}

#[test]
fn two_tasks_of_one_submission_are_both_paid_for() {
    everywhere(|_, one, other| {
        for name in [Some("a"), None] {
            let number = if name.is_some() { 1 } else { 2 };
            one.claim(&me(), &intent(name, number)).unwrap();
            for id in [number, number + 10] {
                other.record(&me(), &Record::Accepted { ticket: ticket(number), task_id: task(id) }).unwrap();
            }
            one.record(&me(), &accepted(number)).unwrap_or_default();
            for id in [number, number + 10] {
                assert!(!of(one, Which::Task(task(id))).is_empty(), "{id} is lost");
            }
        }
    });
}

#[test]
fn what_was_handed_out_is_unfinished_no_more() {
    everywhere(|world, one, other| {
        for (name, number) in [(Some("a"), 1), (None, 2)] {
            one.claim(&me(), &intent(name, number)).unwrap();
            one.record(&me(), &accepted(number)).unwrap();
            one.record(&me(), &Record::Ended(outcome(number, true))).unwrap();
        }
        assert_eq!(of(other, Which::Unfinished).len(), 2);
        one.handed_out(&owner("somebody else"), &task(1)).unwrap();
        assert_eq!(of(other, Which::Unfinished).len(), 2);
        one.handed_out(&me(), &task(1)).unwrap();
        one.handed_out(&me(), &task(2)).unwrap();
        assert_eq!(of(other, Which::Unfinished), []);
        let known = other.claim(&me(), &intent(Some("a"), 3)).unwrap();
        if world.lasts {
            assert_eq!((known, of(one, Which::All).len()), (Claim::Ended(outcome(1, true)), 2));
            assert_eq!(of(one, Which::Uncollected).len(), 2, "their pictures are not saved");
            other.collected(&me(), &task(1), &[PathBuf::from("/pictures/1.png")]).unwrap();
            let saved = &of(one, Which::Task(task(1)))[0];
            assert_eq!(saved.files, [PathBuf::from("/pictures/1.png")]);
            assert_eq!(of(one, Which::Uncollected).len(), 1);
        } else {
            assert_eq!(
                (known, of(one, Which::All).len()),
                (Claim::Accepted(task(1)), 1),
                "the task leads to it"
            );
        }
        let again = Intent::new(&order(Some("a"), 1).again(), ticket(4));
        assert!(is_new(&other.claim(&me(), &again).unwrap()));
    });
}

#[test]
fn accounts_know_nothing_of_each_other() {
    everywhere(|_, one, other| {
        let others = owner("somebody else");
        assert!(is_new(&one.claim(&me(), &intent(Some("a"), 1)).unwrap()));
        assert!(is_new(&other.claim(&others, &intent(Some("a"), 2)).unwrap()));
        one.record(&me(), &accepted(1)).unwrap();
        other.record(&others, &Record::Ended(outcome(1, true))).unwrap();
        assert_eq!(of(one, Which::All)[0].state, State::Accepted);
        assert_eq!(one.entries(&Filter::default()).unwrap().len(), 2);
        assert_eq!(one.salt().unwrap(), other.salt().unwrap());
    });
}

#[test]
fn entries_come_page_by_page() {
    everywhere(|_, one, other| {
        for number in 1..=25 {
            one.claim(&me(), &intent(None, number)).unwrap();
        }
        let mut filter = Filter { limit: Some(10), ..Filter::default() };
        let mut seen = Vec::new();
        loop {
            let page = other.entries(&filter).unwrap();
            let Some(last) = page.last() else { break };
            filter.after = last.number;
            seen.extend(page.into_iter().map(|entry| entry.ticket));
        }
        assert_eq!(seen, (1..=25).map(ticket).collect::<Vec<_>>());
    });
}

#[test]
fn what_somebody_still_needs_is_not_forgotten() {
    everywhere(|world, one, other| {
        for number in 1..=5 {
            one.claim(&me(), &intent(Some(&format!("k{number}")), number)).unwrap();
        }
        one.record(&me(), &released(1)).unwrap();
        one.record(&me(), &unconfirmed(2)).unwrap();
        for number in [3, 4] {
            one.record(&me(), &accepted(number)).unwrap();
            one.record(&me(), &Record::Ended(outcome(number, true))).unwrap();
        }
        one.handed_out(&me(), &task(3)).unwrap();
        assert_eq!(other.prune(0).unwrap(), 0, "all of it is too young");
        world.pass(1);
        assert_eq!(other.prune(u64::MAX).unwrap(), 2, "what was refused, and what was handed out");
        let left: Vec<_> = of(other, Which::All).iter().map(|entry| entry.state).collect();
        assert_eq!(left, [State::Unconfirmed, State::Done, State::Intended]);
        assert!(is_new(&other.claim(&me(), &intent(Some("k3"), 9)).unwrap()));
    });
}

#[test]
fn a_claim_of_which_nothing_is_heard_runs_out() {
    everywhere(|world, one, other| {
        if !world.lasts {
            return;
        }
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        world.pass(LEASE - 1);
        assert!(matches!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Held { .. }));
        world.pass(1);
        let Claim::Unconfirmed { reason } = other.claim(&me(), &intent(Some("a"), 2)).unwrap() else {
            panic!("a claim of which nothing was heard is granted again")
        };
        assert!(reason.contains("was stopped before it was known"), "{reason}");
        assert_eq!(of(other, Which::All)[0].state, State::Unconfirmed);
        assert!(is_new(&one.claim(&me(), &intent(Some("a"), 1)).unwrap()), "its holder is alive after all");
        world.pass(LEASE);
        one.record(&me(), &accepted(1)).unwrap();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Accepted(task(1)));
        one.claim(&me(), &intent(Some("b"), 3)).unwrap();
        world.pass(LEASE);
        assert_eq!(other.resolve(&me(), "b", &Resolution::NotBilled).unwrap().state, State::Refused);
        assert!(is_new(&other.claim(&me(), &intent(Some("b"), 4)).unwrap()));
    });
}

#[test]
fn a_clock_that_goes_back_keeps_nobody_waiting() {
    everywhere(|world, one, other| {
        if !world.lasts {
            return;
        }
        one.claim(&me(), &intent(Some("a"), 1)).unwrap();
        world.now.store(1_000, std::sync::atomic::Ordering::SeqCst);
        assert!(matches!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Unconfirmed { .. }));
        one.record(&me(), &accepted(1)).unwrap();
        assert_eq!(other.claim(&me(), &intent(Some("a"), 2)).unwrap(), Claim::Accepted(task(1)));
    });
}

#[test]
fn of_all_who_ask_at_the_same_moment_one_may_submit() {
    for world in worlds() {
        for round in 0..20_u128 {
            let name = format!("round {round}");
            let barrier = Arc::new(Barrier::new(8));
            let ask = |number: u128| {
                let (ledger, barrier, name) = ((world.open)(), Arc::clone(&barrier), name.clone());
                thread::spawn(move || {
                    barrier.wait();
                    is_new(&ledger.claim(&me(), &intent(Some(&name), round * 100 + number)).unwrap())
                })
            };
            let asking: Vec<_> = (0..8).map(ask).collect();
            let granted = asking.into_iter().map(|asked| asked.join().unwrap());
            assert_eq!(granted.filter(|granted| *granted).count(), 1);
        }
    }
}
