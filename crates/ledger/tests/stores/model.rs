//! Every store against a model of a few lines: several actors, each of which may stop between any two steps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use zoomout_core::{Claim, Record};
use zoomout_ledger::{Intent, Resolution, State, Which};

use crate::world::{
    LEASE, accepted, is_new, me, of, order, outcome, released, task, ticket, unconfirmed, worlds,
};

/// What somebody does. Whoever does nothing more has crashed.
#[derive(Clone, Debug)]
enum Deed {
    /// Claims a key in the name of a ticket.
    Claim {
        key: u8,
        ticket: u8,
        again: bool,
    },
    Accept(u8),
    Release(u8),
    Doubt(u8),
    End {
        ticket: u8,
        done: bool,
    },
    HandOut(u8),
    Resolve {
        key: u8,
        billed: Option<u8>,
    },
    Pass(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (key, ticket) = (0_u8..3, 0_u8..8);
    prop_oneof![
        6 => (key.clone(), ticket.clone(), any::<bool>())
            .prop_map(|(key, ticket, again)| Deed::Claim { key, ticket, again }),
        3 => ticket.clone().prop_map(Deed::Accept),
        2 => ticket.clone().prop_map(Deed::Release),
        1 => ticket.clone().prop_map(Deed::Doubt),
        2 => (ticket.clone(), any::<bool>()).prop_map(|(ticket, done)| Deed::End { ticket, done }),
        1 => ticket.clone().prop_map(Deed::HandOut),
        1 => (key, prop::option::of(ticket)).prop_map(|(key, billed)| Deed::Resolve { key, billed }),
        2 => (1..LEASE * 2).prop_map(Deed::Pass),
    ]
}

/// What is true of the last submission under a key: who may have been billed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    /// Nobody, so whoever asks may submit.
    Free,
    /// Whoever has the claim.
    Claimed(u8),
    Accepted(u8),
    Ended(u8),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn nobody_pays_twice_and_nothing_accepted_is_lost(deeds in vec(deed(), 1..40)) {
        for world in worlds() {
            let mut truth: BTreeMap<u8, Truth> = BTreeMap::new();
            // What a key stood for before it was claimed anew.
            let mut before: BTreeMap<u8, Truth> = BTreeMap::new();
            let mut key_of: BTreeMap<u8, u8> = BTreeMap::new();
            let mut tasks: BTreeMap<u8, bool> = BTreeMap::new();
            let mut refused: BTreeSet<u8> = BTreeSet::new();
            for deed in &deeds {
                // Each comes as a process of its own.
                let ledger = (world.open)();
                match *deed {
                    Deed::Claim { key, ticket: number, again } => {
                        // A ticket is of one job, and so of one key; and a job that has a task claims nothing more.
                        if *key_of.entry(number).or_insert(key) != key || tasks.contains_key(&number) {
                            continue;
                        }
                        let name = format!("key {key}");
                        let wanted = order(Some(&name), 1);
                        let wanted = if again { wanted.again() } else { wanted };
                        let claim = ledger.claim(&me(), &Intent::new(&wanted, ticket(number.into()))).unwrap();
                        let now = truth.get(&key).copied().unwrap_or(Truth::Free);
                        let may = match now {
                            Truth::Free => true,
                            Truth::Claimed(holder) => holder == number,
                            Truth::Accepted(_) => false,
                            // Whose own attempt was refused, goes on.
                            Truth::Ended(_) => again || refused.contains(&number),
                        };
                        prop_assert!(may || !is_new(&claim), "{deed:?} at {now:?}: {claim:?}");
                        match (&claim, now) {
                            (Claim::New { .. }, now) => {
                                if matches!(now, Truth::Ended(_)) {
                                    before.insert(key, now);
                                }
                                truth.insert(key, Truth::Claimed(number));
                            }
                            (Claim::Accepted(id), Truth::Accepted(of) | Truth::Ended(of)) => {
                                prop_assert_eq!(id, &task(of.into()));
                            }
                            (Claim::Ended(end), Truth::Ended(of)) => prop_assert_eq!(&end.task_id, &task(of.into())),
                            (Claim::Held { .. } | Claim::Unconfirmed { .. }, Truth::Claimed(_)) => {}
                            (claim, now) => prop_assert!(false, "{claim:?} at {now:?}"),
                        }
                    }
                    Deed::Accept(number) => {
                        let Some(key) = holder(&truth, &key_of, number) else { continue };
                        ledger.record(&me(), &accepted(number.into())).unwrap();
                        truth.insert(key, Truth::Accepted(number));
                        tasks.insert(number, false);
                    }
                    Deed::Release(number) => {
                        let Some(key) = holder(&truth, &key_of, number) else { continue };
                        ledger.record(&me(), &released(number.into())).unwrap();
                        refused.insert(number);
                        truth.insert(key, before.get(&key).copied().unwrap_or(Truth::Free));
                    }
                    Deed::Doubt(number) => ledger.record(&me(), &unconfirmed(number.into())).unwrap(),
                    Deed::End { ticket: number, done } => {
                        let ended = Record::Ended(outcome(number.into(), done));
                        ledger.record(&me(), &ended).unwrap();
                        for now in truth.values_mut().filter(|now| **now == Truth::Accepted(number)) {
                            *now = Truth::Ended(number);
                        }
                    }
                    Deed::HandOut(number) => {
                        if truth.values().any(|now| *now == Truth::Ended(number)) {
                            ledger.handed_out(&me(), &task(number.into())).unwrap();
                            tasks.insert(number, true);
                        }
                    }
                    Deed::Resolve { key, billed } => {
                        let Some(Truth::Claimed(number)) = truth.get(&key).copied() else { continue };
                        // A person tells the truth: which task there is, if there is one.
                        let word = match billed {
                            Some(_) => Resolution::Task(task(number.into())),
                            None => Resolution::NotBilled,
                        };
                        if ledger.resolve(&me(), &format!("key {key}"), &word).is_ok() {
                            let free = before.get(&key).copied().unwrap_or(Truth::Free);
                            truth.insert(key, billed.map_or(free, |_| Truth::Accepted(number)));
                            if billed.is_some() {
                                tasks.insert(number, false);
                            }
                        }
                    }
                    Deed::Pass(millis) => world.pass(millis),
                }
                let known = of(&*ledger, Which::Unfinished);
                for (number, _) in tasks.iter().filter(|(_, handed_out)| !**handed_out) {
                    let id = task((*number).into());
                    prop_assert!(known.iter().any(|entry| entry.task_id.as_ref() == Some(&id)), "{id} is lost");
                }
                for now in truth.values() {
                    if let Truth::Claimed(number) = now {
                        let of_ticket = known.iter().find(|entry| entry.ticket == ticket((*number).into()));
                        let state = of_ticket.map(|entry| entry.state);
                        prop_assert!(matches!(state, Some(State::Intended | State::Unconfirmed)), "{number}: {state:?}");
                    }
                }
            }
        }
    }
}

/// The key that is claimed in the name of this ticket.
fn holder(truth: &BTreeMap<u8, Truth>, key_of: &BTreeMap<u8, u8>, number: u8) -> Option<u8> {
    key_of.get(&number).copied().filter(|key| truth.get(key) == Some(&Truth::Claimed(number)))
}
