use steadfast_core::design::*;
use steadfast_core::frame::*;
use steadfast_core::lmm::*;
struct Instant(u64);
fn cpu() -> u64 {
    std::fs::read_to_string("/proc/self/schedstat").unwrap().split(' ').next().unwrap().parse().unwrap()
}
impl Instant {
    fn now() -> Self {
        Instant(cpu())
    }
    fn elapsed(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(cpu() - self.0)
    }
}
fn hwm() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned()
}
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let unique = std::env::args().nth(2).is_some();
    let mut s = 12345u64;
    let mut u = || {
        s = s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((s >> 11) as f64) / (1u64 << 53) as f64
    };
    let mut nn = move || (0..12).map(|_| u()).sum::<f64>() - 6.0;
    let (mut y, mut t, mut c) = (vec![], vec![], vec![]);
    for i in 0..n {
        let (a, b) = (nn() * 3.0, nn());
        for j in 0..4 {
            let tt = j as f64 + if unique { 0.1 * nn() } else { 0.0 };
            y.push(10.0 + 2.0 * tt + a + b * tt + 2.0 * nn());
            t.push(tt);
            c.push(i as u32);
        }
    }
    let levels = (0..n).map(|i| format!("{i:08}")).collect();
    let frame = Frame::new(vec![
        Column::float("y", y),
        Column::float("t", t),
        Column::from_factor("g", Factor::from_raw(levels, c).unwrap()),
    ])
    .unwrap();
    println!("data {}", hwm());
    let model = Lmm::new("y ~ t + (t | g)".parse().unwrap());
    let x = Instant::now();
    let d = Design::build(&"y ~ t + (t | g)".parse().unwrap(), &frame, &DesignOptions::default()).unwrap();
    println!("design {:?} {}", x.elapsed(), hwm());
    drop(d);
    let x = Instant::now();
    let dev = model.deviance(&frame).unwrap();
    println!("deviance build {:?}", x.elapsed());
    let x = Instant::now();
    println!("{}", dev.at(&[9.0, 0.0, 1.0, 4.0]).unwrap());
    println!("eval {:?}", x.elapsed());
    let x = Instant::now();
    let fit = model.fit(&frame).unwrap();
    println!("fit {:?} {}", x.elapsed(), hwm());
    println!("{:?} {:?}", fit.convergence(), fit.natural_parameters());
}
