"""The models whose optima `lmm.py` computes: fixed effects, matrices of the variance parameters, starting values."""

import csv
from dataclasses import dataclass

from mpmath import matrix, mpf


@dataclass
class Cluster:
    x: matrix
    y: matrix
    d: list
    signature: tuple
    vx: matrix = None


def one(_):
    return mpf(1)


def column(name):
    return lambda row: mpf(row[name])


def is_level(name, level):
    return lambda row: mpf(row[name] == level)


def product(*columns):
    def value(row):
        result = mpf(1)
        for c in columns:
            result *= c(row)
        return result
    return value


def residual(weight=None):
    """sigma^2 on the diagonal, divided by the weight."""
    def entry(a, b, same):
        return (1 / mpf(a[weight]) if weight else mpf(1)) if same else mpf(0)
    return entry


def random(group, left, right=None):
    """The (co)variance of the effects of two columns within a group."""
    def entry(a, b, _):
        if any(a[g] != b[g] for g in group):
            return mpf(0)
        if right is None:
            return left(a) * left(b)
        return left(a) * right(b) + right(a) * left(b)
    return entry


def visit_pair(name, first, second):
    """An element of an unstructured covariance of visits."""
    def entry(a, b, _):
        return mpf({a[name], b[name]} == {first, second})
    return entry


def blocks(model, folder):
    """The clusters of the model; clusters with equal D share a signature."""
    with open(f"{folder}/{model['data']}", newline="") as file:
        rows = [r for r in csv.DictReader(file) if "NA" not in (r[c] for c in model.get("complete", []))]
    groups = {}
    for row in rows:
        groups.setdefault(row[model["cluster"]] if model["cluster"] else "", []).append(row)
    clusters, shapes = [], {}
    for members in groups.values():
        n = len(members)
        key = tuple(tuple(str(f(a, b, i == j)) for i, a in enumerate(members) for j, b in enumerate(members))
                    for f in model["d"])
        if key not in shapes:
            shapes[key] = (len(shapes), [matrix(n, n) for _ in model["d"]])
            for d, f in zip(shapes[key][1], model["d"]):
                for i, a in enumerate(members):
                    for j, b in enumerate(members):
                        d[i, j] = f(a, b, i == j)
        x = matrix([[f(row) for f in model["x"].values()] for row in members])
        y = matrix([model["y"](row) for row in members])
        clusters.append(Cluster(x, y, shapes[key][1], shapes[key][0]))
    return clusters, list(model["x"])


MEAN = {"(Intercept)": one}
DAYS = {"(Intercept)": one, "Days": column("Days")}
AGE = {"(Intercept)": one, "age": column("age")}
FEMALE = is_level("Sex", "Female")
AGE_SEX = {**AGE, "SexFemale": FEMALE, "age:SexFemale": product(column("age"), FEMALE)}
TIME, DIET2, DIET3 = column("Time"), is_level("Diet", "2"), is_level("Diet", "3")
TIME_DIET = {"(Intercept)": one, "Time": TIME, "Diet2": DIET2, "Diet3": DIET3,
             "Time:Diet2": product(TIME, DIET2), "Time:Diet3": product(TIME, DIET3)}


def slope(group, variable):
    g, v = [group], column(variable)
    return [random(g, one), random(g, one, v), random(g, v), residual()]


SLOPE_THETA = ["cov.0.0", "cov.0.1", "cov.1.1", "sigma2"]


def both(base, starts):
    """The model by REML and by ML."""
    for reml, start in zip((True, False), starts):
        yield {**base, "id": base["id"] + ("_reml" if reml else "_ml"), "reml": reml, "start": start}


def models():
    days = {"data": "sleepstudy.csv", "cluster": "Subject", "y": column("Reaction"), "x": DAYS}
    yield from both({**days, "id": "sleepstudy_slope", "d": slope("Subject", "Days"), "theta": SLOPE_THETA},
                    [[612, 9.6, 35, 655], [565, 11, 32.7, 655]])
    square = {**DAYS, "I(Days^2)": product(column("Days"), column("Days"))}
    yield from both({**days, "x": square, "id": "sleepstudy_quadratic", "d": slope("Subject", "Days"),
                     "theta": SLOPE_THETA}, [[612, 9.6, 35, 655], [565, 11, 32.7, 650]])
    yield from both({**days, "id": "sleepstudy_intercept", "d": [random(["Subject"], one), residual()],
                     "theta": ["cov.0.0", "sigma2"]}, [[1378, 960], [1296, 954]])
    yield from both({**days, "id": "sleepstudy_uncorrelated", "theta": ["cov.0.0", "cov.1.1", "sigma2"],
                     "d": [random(["Subject"], one), random(["Subject"], column("Days")), residual()]},
                    [[627, 35.9, 653], [584, 33.6, 653]])
    weighted = slope("Subject", "Days")[:3] + [residual("w")]
    yield from both({**days, "data": "sleepstudy_w.csv", "id": "sleepstudy_weighted", "d": weighted,
                     "theta": SLOPE_THETA}, [[620, 8, 34, 750], [580, 9, 31, 750]])
    yield from both({**days, "data": "sleepstudy_w.csv", "id": "sleepstudy_offset", "d": slope("Subject", "Days"),
                     "theta": SLOPE_THETA, "y": lambda row: mpf(row["Reaction"]) - mpf(row["off"])},
                    [[610, 9, 35, 800], [560, 11, 32, 800]])
    yield from both({"id": "dyestuff", "data": "Dyestuff.csv", "cluster": "Batch", "y": column("Yield"), "x": MEAN,
                     "d": [random(["Batch"], one), residual()], "theta": ["cov.0.0", "sigma2"]},
                    [[1764, 2451], [1388, 2451]])
    yield from both({"id": "pastes", "data": "Pastes.csv", "cluster": "batch", "y": column("strength"), "x": MEAN,
                     "d": [random(["batch"], one), random(["batch", "cask"], one), residual()],
                     "theta": ["batch", "batch:cask", "sigma2"]}, [[1.66, 8.43, 0.678], [1.2, 8.43, 0.678]])
    yield from both({"id": "penicillin", "data": "Penicillin.csv", "cluster": None, "y": column("diameter"), "x": MEAN,
                     "d": [random(["plate"], one), random(["sample"], one), residual()],
                     "theta": ["plate", "sample", "sigma2"]}, [[0.7169, 3.7309, 0.3024], [0.7150, 3.1352, 0.3024]])
    orthodont = {"data": "Orthodont.csv", "cluster": "Subject", "y": column("distance"), "x": AGE_SEX}
    yield from both({**orthodont, "id": "orthodont_slope", "d": slope("Subject", "age"), "theta": SLOPE_THETA},
                    [[5.786, -0.2896, 0.0325, 1.716], [4.8, -0.23, 0.027, 1.716]])
    yield from both({**orthodont, "id": "orthodont_intercept", "d": [random(["Subject"], one), residual()],
                     "theta": ["cov.0.0", "sigma2"]}, [[3.3, 1.922], [3.03, 1.87]])
    yield from both({"id": "oxboys_slope", "data": "Oxboys.csv", "cluster": "Subject", "y": column("height"), "x": AGE,
                     "d": slope("Subject", "age"), "theta": SLOPE_THETA},
                    [[65.3, 8.71, 2.82, 0.4354], [62.79, 8.375, 2.7117, 0.43545]])
    yield from both({"id": "bodyweight_slope", "data": "BodyWeight.csv", "cluster": "Rat", "y": column("weight"),
                     "x": TIME_DIET, "d": slope("Rat", "Time"), "theta": SLOPE_THETA},
                    [[1366, 0.0, 0.0616, 19.75], [1100, 0.0, 0.05, 19.7]])
    visits = ["VIS1", "VIS2", "VIS3", "VIS4"]
    pairs = [(a, b) for i, a in enumerate(visits) for b in visits[: i + 1]]
    treated = is_level("ARMCD", "TRT")
    fev = {"(Intercept)": one, **{f"RACE{r}": is_level("RACE", r) for r in ("Black or African American", "White")},
           "SEXFemale": is_level("SEX", "Female"), "ARMCDTRT": treated,
           **{f"AVISIT{v}": is_level("AVISIT", v) for v in visits[1:]},
           **{f"ARMCDTRT:AVISIT{v}": product(treated, is_level("AVISIT", v)) for v in visits[1:]}}
    yield from both({"id": "fev_us", "data": "fev_data.csv", "cluster": "USUBJID", "y": column("FEV1"), "x": fev,
                     "complete": ["FEV1"], "d": [visit_pair("AVISIT", a, b) for a, b in pairs],
                     "theta": [f"residual.{int(b[3]) - 1}.{int(a[3]) - 1}" for a, b in pairs]},
                    [[40.55, 14.4, 26.57, 4.98, 2.78, 14.9, 13.38, 7.48, 0.9, 95.56],
                     [39, 14, 25.5, 4.9, 2.7, 14.4, 13, 7.2, 0.9, 92]])


MODELS = list(models())
