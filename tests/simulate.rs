//! The whole house in virtual time, from fixed seeds.
//! What is not here: the house, which is `sim`. Endless seeds: `assize simulate`.

/// Seeds that failed once, and a few that never did: number and steps on a line, `#` for remarks.
const SEEDS: &str = include_str!("seeds.txt");

#[test]
fn the_house_holds() {
    let mut opened = 0;
    let mut seeds = 0;
    for line in
        SEEDS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (seed, steps) = line.split_once(' ').expect("a line is a seed and a number of steps");
        let seed = seed.parse().expect("a seed is a number");
        let steps = steps.trim().parse().expect("steps are a number");
        let report = sim::run(seed, steps).unwrap_or_else(|failure| panic!("{failure}"));
        opened += u32::from(report.opened);
        seeds += 1;
    }
    assert!(opened * 2 > seeds, "most hearings are opened: {opened} of {seeds}");
}

#[test]
fn one_seed_is_one_story() {
    assert_eq!(sim::run(5, 200), sim::run(5, 200));
}
