# Copies what stands beside src/ to where the pages are built.
file(GLOB files ${FROM}/*.html ${FROM}/tsconfig.json ${FROM}/vite.config.ts ${FROM}/licences.ts)
file(COPY ${files} DESTINATION ${TO})
