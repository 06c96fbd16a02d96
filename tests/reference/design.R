# Reference values for tests/reference/test_design.py, computed in R from small inputs made here.
#
#   cd tests/reference && Rscript design.R
#
# writes inputs/design_people.csv, inputs/design_halves.csv and design_values.csv (name,value).
# Package (Debian): r-cran-survey 4.1.1. What is compared: docs/methods.md, "Survey designs".
suppressMessages(library(survey))
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))
both <- function(name, x) { put(paste0(name, ".value"), coef(x)); put(paste0(name, ".se"), SE(x)) }
each <- function(name, x, se = SE(x)) {
  for (i in seq_along(coef(x))) { put(paste0(name, i, ".value"), coef(x)[i]); put(paste0(name, i, ".se"), se[i]) }
}

# --- Inputs: people in units (labels start over in every area), drawn in two stages -------------
set.seed(20261122)
people <- do.call(rbind, lapply(1:4, function(area) {
  drawn <- c(3, 5, 4, 6)[area]
  do.call(rbind, lapply(seq_len(drawn), function(unit) {
    n <- sample(3:9, 1); level <- rnorm(1, 58 + 3 * area, 9)
    data.frame(area = paste0("a", area), unit = unit, person = seq_len(n), units = c(9, 14, 30, 11)[area], persons = n + sample(2:12, 1),
               kind = sample(c("x", "y", "z"), n, TRUE, c(0.5, 0.3, 0.2)), score = round(rnorm(n, level, 15), 1))
  }))
}))
people$w <- with(people, round(units / tapply(unit, area, max)[area] * persons / table(paste(area, unit))[paste(area, unit)], 6))
people$w <- as.numeric(people$w)
people$step <- pmin(5, pmax(1, round(people$score / 20)))
people$agree <- as.numeric(people$score + rnorm(nrow(people), 0, 12) > 60)
people$first <- as.numeric(runif(nrow(people)) < 0.45 + 0.2 * (people$kind == "x"))
people$years <- round(rexp(nrow(people), 1 / 6), 2)
people$mood <- people$step; people$mood[runif(nrow(people)) < 0.15] <- NA
write.csv(people, "inputs/design_people.csv", row.names = FALSE, quote = FALSE, na = "")
halves <- do.call(rbind, lapply(1:5, function(s) do.call(rbind, lapply(1:2, function(u) {
  n <- sample(2:5, 1)
  data.frame(stratum = s, unit = u, w = round(runif(1, 1, 4), 3), y = round(rnorm(n, 50 + 4 * s, 12), 1), z = round(runif(n, 5, 9), 2))
}))))
write.csv(halves, "inputs/design_halves.csv", row.names = FALSE, quote = FALSE)

# --- Designs ----------------------------------------------------------------------------------
people$kind <- factor(people$kind)
two <- svydesign(id = ~unit + person, strata = ~area, fpc = ~units + persons, nest = TRUE, data = people)
one <- svydesign(id = ~unit, strata = ~area, weights = ~w, nest = TRUE, data = people)
plain <- svydesign(id = ~1, weights = ~w, data = people)
flat <- svydesign(id = ~interaction(area, unit), weights = ~w, data = people)
size <- sum(people$w)
kinds <- data.frame(kind = c("x", "y", "z"), Freq = c(0.44, 0.36, 0.20) * round(size))
firsts <- data.frame(first = c(0, 1), Freq = c(0.47, 0.53) * round(size))
post <- postStratify(one, ~kind, kinds)
raked <- rake(one, list(~kind, ~first), list(kinds, firsts), control = list(maxit = 500, epsilon = 1e-13))
greg <- calibrate(two, ~kind + years, c(`(Intercept)` = round(size), kindy = 0.36 * round(size), kindz = 0.2 * round(size), years = 6.1 * round(size)))
designs <- list(two = two, one = one, plain = plain, flat = flat, domain = subset(two, kind == "x"), post = post, raked = raked,
                greg = greg, rakeddomain = subset(raked, first == 1))

for (n in names(designs)) {
  d <- designs[[n]]; k <- function(what) paste0(n, ".", what)
  put(k("degf"), degf(d))
  m <- svymean(~score, d, deff = TRUE); both(k("mean"), m); put(k("deff"), deff(m))
  put(k("replace"), deff(svymean(~score, d, deff = "replace")))
  both(k("missing"), svymean(~mood, d, na.rm = TRUE))
  t <- svytotal(~score, d, deff = TRUE); both(k("total"), t); put(k("total.deff"), deff(t))
  each(k("kind"), svymean(~kind, d)); both(k("ratio"), svyratio(~score, ~years, d)); both(k("var"), svyvar(~score, d))
  for (v in c("score", "step")) for (type in c("mean", "beta", "xlogit", "asin")) {
    q <- svyquantile(as.formula(paste0("~", v)), d, c(0.25, 0.5, 0.75), interval.type = type)[[1]]
    for (i in 1:3) for (j in 1:4) put(k(paste0("quantile.", v, ".", type, i, ".", c("value", "low", "high", "se")[j])), q[i, j])
  }
  for (me in c("logit", "likelihood", "asin", "beta", "mean", "xlogit")) {
    p <- svyciprop(~agree, d, method = me, level = 0.9); put(k(paste0("share.", me, c(".value", ".low", ".high"))), c(p, attr(p, "ci")))
    if (me == "logit") put(k("share.se"), SE(p))
  }
  each(k("line"), svyglm(score ~ years + agree, d)); each(k("odds"), suppressWarnings(svyglm(agree ~ years + score, d, family = quasibinomial())))
  if (!(n %in% c("domain", "rakeddomain"))) {
    f <- svychisq(~kind + step, d); c2 <- svychisq(~kind + step, d, statistic = "Chisq")
    put(k(c("chisq.f", "chisq.p", "chisq.ndf", "chisq.ddf", "chisq.x2", "chisq.x2p")), c(f$statistic, f$p.value, f$parameter, c2$statistic, c2$p.value))
    f <- svychisq(~first + mood, d); put(k(c("gaps.f", "gaps.p", "gaps.ndf", "gaps.ddf")), c(f$statistic, f$p.value, f$parameter))
  }
  t <- svyttest(score ~ agree, d); put(k(paste0("t.", c("estimate", "t", "df", "p", "low", "high"))), c(t$estimate, t$statistic, t$parameter, t$p.value, t$conf.int))
  t <- svyttest(I(score - 60) ~ 0, d); put(k(paste0("t1.", c("estimate", "t", "df", "p", "low", "high"))), c(t$estimate, t$statistic, t$parameter, t$p.value, t$conf.int))
}
for (n in c("post", "raked", "greg")) for (i in c(1, 20, 60)) put(paste0(n, ".weight", i), weights(designs[[n]])[i])
by <- svyby(~score, ~area + kind, two, svymean)
for (i in seq_len(nrow(by))) { put(paste0("by.", by$area[i], by$kind[i], ".value"), by$score[i]); put(paste0("by.", by$area[i], by$kind[i], ".se"), by$se[i]) }

# --- Replicates -------------------------------------------------------------------------------
h <- svydesign(id = ~unit, strata = ~stratum, weights = ~w, nest = TRUE, data = halves)
sylvester <- matrix(1); while (nrow(sylvester) < 6) sylvester <- kronecker(matrix(c(1, 1, 1, -1), 2), sylvester)
reps <- list(jkn = as.svrepdesign(one), jk1 = as.svrepdesign(flat), jknfpc = suppressWarnings(as.svrepdesign(two)),
             brr = as.svrepdesign(h, type = "BRR", hadamard.matrix = sylvester), fay = as.svrepdesign(h, type = "Fay", fay.rho = 0.3, hadamard.matrix = sylvester))
for (n in names(reps)) {
  d <- reps[[n]]; y <- if (n %in% c("brr", "fay")) c("y", "z") else c("score", "years"); f <- lapply(y, function(v) as.formula(paste0("~", v)))
  put(paste0(n, ".degf"), degf(d)); both(paste0(n, ".mean"), svymean(f[[1]], d)); both(paste0(n, ".total"), svytotal(f[[1]], d))
  both(paste0(n, ".ratio"), svyratio(f[[1]], f[[2]], d))
  part <- if (n %in% c("brr", "fay")) subset(d, z > 6) else subset(d, first == 1)
  both(paste0(n, ".domain"), svymean(f[[1]], part)); put(paste0(n, ".domain.degf"), degf(part))
  if (y[1] == "score") {
    each(paste0(n, ".line"), svyglm(score ~ years + agree, d))
    s <- withReplicates(d, function(w, data) sqrt(sum(w * (data$score - weighted.mean(data$score, w))^2) / sum(w))); both(paste0(n, ".spread"), s)
    p <- postStratify(d, ~kind, kinds); both(paste0(n, ".post"), svymean(~score, p)); both(paste0(n, ".postdomain"), svytotal(~score, subset(p, first == 1)))
    put(paste0(n, ".post.degf"), degf(p))
  }
}

# --- A stratum of one cluster ------------------------------------------------------------------
few <- halves[!(halves$stratum == 3 & halves$unit == 2), ]
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  l <- svydesign(id = ~unit, strata = ~stratum, weights = ~w, nest = TRUE, data = few)
  both(paste0("lonely.", rule), svymean(~y, l)); both(paste0("lonely.", rule, ".total"), svytotal(~y, l))
}
write.csv(format(values, digits = 17, trim = TRUE), "design_values.csv", row.names = FALSE, quote = FALSE)
cat(nrow(values), "values,", sum(!is.finite(values$value)), "not finite,", nrow(people), "people\n")
print(values[!is.finite(values$value), ])
