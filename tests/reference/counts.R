# Reference values for tests/reference/test_counts.py: Welch, equivalence, Mann-Whitney, chi-square, Cohen's d
# and Cliff's delta without units; weighted domains of a survey; CR2 by unit. Two items, three groups.
#
#   cd tests/reference && Rscript counts.R
#
# makes inputs/counts_answers.csv, writes counts_values.csv (name,value).
# Packages (Debian): r-cran-survey, r-cran-clubsandwich, r-cran-effectsize.
suppressMessages({library(survey); library(clubSandwich); library(effectsize)})
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

set.seed(60926)
rows <- 420
unit <- sample(24, rows, replace = TRUE)
d <- data.frame(group = (unit - 1) %/% 8, unit = unit, wave = rbinom(rows, 1, 0.5), w = round(runif(rows, 0.3, 3), 2))
level <- rnorm(24, 0, 0.4)
step <- function(shift) pmin(5, pmax(1, round(rnorm(rows, 3.2 + level[d$unit] + shift * d$wave, 1.1))))
d$a <- step(0.3)
d$b <- step(-0.1)
d$a[runif(rows) < 0.1] <- NA
d$b[runif(rows) < 0.1] <- NA
write.csv(d, "inputs/counts_answers.csv", row.names = FALSE, quote = FALSE, na = "")

for (item in c("a", "b")) d[[item]] <- 25 * (d[[item]] - 1)
design <- svydesign(ids = ~1, weights = ~w, data = d)
for (item in c("a", "b")) {
  shown <- svyby(as.formula(paste0("~", item)), ~ group + wave, design, svymean, na.rm = TRUE)
  for (g in 0:2) {
    at <- function(what) paste(item, g, what, sep = ".")
    part <- d[d$group == g & !is.na(d[[item]]), ]
    part$y <- part[[item]]
    x0 <- part$y[part$wave == 0]; x1 <- part$y[part$wave == 1]

    welch <- t.test(x1, x0)
    put(at("change"), mean(x1) - mean(x0)); put(at("welch.se"), welch$stderr); put(at("welch.df"), welch$parameter)
    put(at("welch.p"), welch$p.value); put(at("welch.low"), welch$conf.int[1]); put(at("welch.high"), welch$conf.int[2])
    same <- t.test(x1, x0, conf.level = 0.9)$conf.int
    put(at("equal.low"), same[1]); put(at("equal.high"), same[2])
    put(at("equal.p"), max(t.test(x1, x0, mu = -5, alternative = "greater")$p.value,
                           t.test(x1, x0, mu = 5, alternative = "less")$p.value))
    put(at("mdc"), (qt(0.975, welch$parameter) + qt(0.8, welch$parameter)) * welch$stderr)
    put(at("g"), hedges_g(x1, x0)$Hedges_g)

    rank <- wilcox.test(x1, x0, exact = FALSE)
    put(at("u"), rank$statistic); put(at("u.p"), rank$p.value)
    put(at("delta"), mean(outer(x1, x0, function(p, q) sign(p - q))))
    chi <- suppressWarnings(chisq.test(table(part$y, part$wave), correct = FALSE))
    put(at("chi2"), chi$statistic); put(at("chi2.df"), chi$parameter); put(at("chi2.p"), chi$p.value)

    test <- svyttest(y ~ wave, update(subset(design, group == g), y = get(item)))
    put(at("survey.change"), test$estimate); put(at("survey.se"), test$estimate / test$statistic)
    put(at("survey.p"), test$p.value)
    for (t in 0:1) {
      row <- shown[shown$group == g & shown$wave == t, ]
      put(at(paste0("survey.mean", t)), row[[item]]); put(at(paste0("survey.se", t)), row$se)
    }

    fit <- lm(y ~ wave, data = part, weights = w)
    cr <- coef_test(fit, vcov = "CR2", cluster = part$unit, coefs = "wave", test = "Satterthwaite")
    put(at("cr2.change"), cr$beta); put(at("cr2.se"), cr$SE)
    put(at("cr2.df"), cr$df); put(at("cr2.p"), cr$p_Satt)
    for (t in 0:1) {
      one <- part[part$wave == t, ]
      level1 <- coef_test(lm(y ~ 1, data = one, weights = w), vcov = "CR2", cluster = one$unit, test = "Satterthwaite")
      put(at(paste0("cr2.mean", t)), level1$beta); put(at(paste0("cr2.se", t)), level1$SE)
      put(at(paste0("cr2.df", t)), level1$df)
    }
  }
  for (t in 0:1) for (k in 0:4) {
    put(paste(item, "all", paste0("share", t, k), sep = "."), mean(d[[item]][d$wave == t] == 25 * k, na.rm = TRUE))
    here <- d$wave == t & !is.na(d[[item]])
    put(paste(item, "all", paste0("wshare", t, k), sep = "."), weighted.mean(d[[item]][here] == 25 * k, d$w[here]))
  }
}
write.csv(transform(values, value = sprintf("%.17g", value)), "counts_values.csv", row.names = FALSE, quote = FALSE)
