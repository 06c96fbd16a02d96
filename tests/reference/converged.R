# Numbers of ../shared/data/reference/reference_values.csv that an optimiser of R left short of its optimum,
# computed to the end: for tests/reference/test_shared_values.py.
#
#   cd tests/reference && Rscript converged.R
#
# writes converged_values.csv (section,what,value). Packages (Debian): r-cran-psych, r-cran-ordinal,
# r-cran-nlme, r-cran-nleqslv; data sets are read from ../shared beside the project.
suppressMessages({library(psych); library(ordinal); library(nlme); library(nleqslv)})
D <- "../../../shared/data/reference/data/"
out <- data.frame(section = character(), what = character(), value = character())
put <- function(section, what, value) out <<- rbind(out, data.frame(section = section, what = what, value = sprintf("%.17g", as.numeric(value))))

# Omega of one minres factor: the normal equations solved, from where psych::fa stopped.
bfi <- read.csv(paste0(D, "bfi.csv"))
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"), extraversion = c("-E1", "-E2", "E3", "E4", "E5"), neuroticism = c("N1", "N2", "N3", "N4", "N5"), openness = c("O1", "-O2", "O3", "O4", "-O5"))
for (k in names(keys)) {
  it <- sub("-", "", keys[[k]]); x <- na.omit(bfi[, it]); for (i in it[grepl("^-", keys[[k]])]) x[[i]] <- 7 - x[[i]]
  r <- cor(x); off <- r; diag(off) <- 0
  g <- function(l) as.numeric(off %*% l) - l * (sum(l^2) - l^2)
  l <- nleqslv(as.numeric(suppressWarnings(fa(r, 1, fm = "minres")$loadings)), g, method = "Newton", control = list(ftol = 1e-15, xtol = 1e-15))$x
  l <- l * sign(sum(l)); put(paste0("bfi.", k), "omega.total.1factor.minres", sum(l)^2 / (sum(l)^2 + sum(1 - l^2)))
}

# Intraclass correlations from mean squares instead of lmer.
ic <- ICC(as.matrix(read.csv(paste0(D, "shrout_fleiss.csv"))), lmer = FALSE)
for (i in 1:6) put("ICC.shroutfleiss", ic$results$type[i], ic$results$ICC[i])

# Proportional odds by Newton (ordinal::clm).
w <- read.csv(paste0(D, "WVS.csv"), stringsAsFactors = TRUE); w$poverty <- factor(w$poverty, c("Too Little", "About Right", "Too Much"), ordered = TRUE)
m <- clm(poverty ~ religion + degree + country + age + gender, data = w, control = clm.control(gradTol = 1e-10, maxIter = 200L))
se <- sqrt(diag(vcov(m)))
for (n in names(m$beta)) { put("WVS.polr", paste0("coef[", n, "]"), m$beta[n]); put("WVS.polr", paste0("coef[", n, "].se"), se[n]) }
for (n in names(m$alpha)) put("WVS.polr", paste0("zeta[", n, "]"), m$alpha[n])

# Interval of d: the noncentralities solved for.
s <- read.csv(paste0(D, "sleep.csv")); t <- t.test(extra ~ group, s, var.equal = TRUE)$statistic
ncp <- function(p) uniroot(function(d) pt(t, 18, d) - p, c(-6, 4), tol = 1e-14)$root
put("sleep", "cohens_d.lo", ncp(0.975) * sqrt(2 / 10)); put("sleep", "cohens_d.hi", ncp(0.025) * sqrt(2 / 10))

# Mixed models by nlme, iterated on.
tight <- lmeControl(opt = "nlminb", msTol = 1e-15, tolerance = 1e-14, msMaxIter = 1000, maxIter = 1000, niterEM = 2000, msMaxEval = 5000, returnObject = TRUE)
sl <- read.csv(paste0(D, "sleepstudy.csv")); m <- lme(Reaction ~ Days, sl, random = ~ Days | Subject, control = tight)
v <- getVarCov(m); f <- sqrt(diag(vcov(m)))
put("sleepstudy", "fixef[(Intercept)].se", f[1]); put("sleepstudy", "fixef[Days].se", f[2]); put("sleepstudy", "vcov Subject (Intercept) NA", v[1, 1])
put("sleepstudy", "vcov Subject Days NA", v[2, 2]); put("sleepstudy", "vcov Subject (Intercept) Days", v[1, 2]); put("sleepstudy", "vcov Residual NA NA", m$sigma^2)
ex <- read.csv(paste0(D, "Exam.csv")); m <- lme(normexam ~ standLRT, ex, random = ~ 1 | school, method = "ML", control = tight)
put("Exam", "fixef[(Intercept)]", fixef(m)[1]); put("Exam", "fixef[(Intercept)].se", sqrt(vcov(m)[1, 1])); put("Exam", "var.school", getVarCov(m)[1, 1])
write.csv(out, "converged_values.csv", row.names = FALSE, quote = FALSE)
for (p in c("psych", "ordinal", "nlme", "nleqslv")) cat(p, as.character(packageVersion(p)), "\n")
