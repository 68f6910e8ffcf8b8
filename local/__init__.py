"""The cloud on a laptop: the Pulumi program deployed onto moto, the Lambda zips run, Tesseract behind Textract."""
